import type { Constructed, ProcessDescription } from '../node.ts'
import { alone, containerd, type ContainerdPlace, criPod, idOf, joined, type Part, service, shimV2 } from '../parts.ts'

const rootless: ContainerdPlace = {
  address: '/run/user/1000/containerd/containerd.sock',
  state: '/run/user/1000/containerd',
}
const user = '/user.slice/user-1000.slice/user@1000.service'
const node = idOf('kind node')
const nodeCgroup = `/docker/${node}`
const web = idOf('nerdctl web')

/** Docker, and the container of a node that it runs: what kind and k3d start with. */
const dockerWithNode = (init: readonly string[]): Part =>
  joined(
    service({
      pid: 500,
      name: 'docker',
      argv: ['/usr/bin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'],
      listens: ['/run/docker.sock'],
    }),
    containerd(480),
    shimV2({
      pid: 900,
      id: node,
      namespace: 'moby',
      containers: [{ id: node, pid: 920, argv: init, cgroup: nodeCgroup, netns: 'kind' }],
      process: { cgroup: '/system.slice/containerd.service' },
    }),
  )

/** A level of Docker in Docker: dockerd, its containerd, and a shim with one container, all below one container. */
function level(
  depth: number,
  above: { readonly init: number; readonly cgroup: string },
): { part: Part; next: typeof above } {
  const id = idOf(`dind ${depth}`)
  const at = above.init
  // How the processes of this level are numbered inside: in the namespace that each level above opened.
  const inner = (pid: number): readonly number[] =>
    Array.from({ length: depth }, (_, up) => (up === depth - 1 ? pid - at + 1 : pid - at + 100 * up + 1))
  const within: Partial<ProcessDescription> = { cgroup: above.cgroup, mntns: `of ${at}`, netns: `dind ${depth}` }
  const place = { address: '/run/docker/containerd/containerd.sock', state: '/run/docker/containerd/daemon' }
  const pid = at + 40
  const cgroup = `${above.cgroup}/docker/${id}`
  return {
    part: joined(
      alone(
        {
          pid: at + 10,
          ppid: at,
          argv: ['dockerd', '--host=unix:///var/run/docker.sock'],
          exe: '/usr/local/bin/dockerd',
          threads: 12,
          innerPids: inner(at + 10),
          listens: ['/var/run/docker.sock'],
          ...within,
        },
        {
          pid: at + 20,
          ppid: at + 10,
          argv: ['containerd', '--config', '/var/run/docker/containerd/containerd.toml'],
          exe: '/usr/local/bin/containerd',
          threads: 11,
          innerPids: inner(at + 20),
          listens: [place.address, `${place.address}.ttrpc`],
          ...within,
        },
      ),
      shimV2({
        pid,
        id,
        namespace: 'moby',
        program: '/usr/local/bin/containerd-shim-runc-v2',
        place,
        containers: [
          {
            id,
            pid: pid + 60,
            argv: ['docker-init', '--', 'dockerd-entrypoint.sh'],
            cgroup,
            innerPids: [...inner(pid + 60), 1],
            netns: `dind ${depth + 1}`,
          },
        ],
        process: { ppid: at, innerPids: inner(pid), ...within },
      }),
    ),
    next: { init: pid + 60, cgroup },
  }
}

const first = level(1, { init: 920, cgroup: nodeCgroup })
const second = level(2, first.next)
const third = level(3, second.next)

export const nodes: readonly Constructed[] = [
  {
    name: 'kind',
    story: `Constructed: a node of kind: a container of Docker whose init is systemd and in which containerd and kubelet run as on
any node, with shims under the init of that container, which is not PID 1. kubernetes-sigs/kind images/base; cgroup
paths as in cilium/tetragon's tests. Both containerds listen at /run/containerd/containerd.sock.
Verdicts: none`,
    moments: [
      joined(
        dockerWithNode(['/sbin/init']),
        alone(
          {
            pid: 1000,
            ppid: 920,
            argv: ['/usr/local/bin/containerd'],
            innerPids: [120],
            cgroup: `${nodeCgroup}/system.slice/containerd.service`,
            threads: 12,
            listens: [
              { path: '/run/containerd/containerd.sock', accepted: 1 },
              '/run/containerd/containerd.sock.ttrpc',
            ],
            netns: 'kind',
          },
          {
            pid: 1100,
            ppid: 920,
            argv: [
              '/usr/bin/kubelet',
              '--container-runtime-endpoint=unix:///run/containerd/containerd.sock',
              '--cgroup-root=/kubelet',
            ],
            innerPids: [240],
            cgroup: `${nodeCgroup}/kubelet.slice/kubelet.service`,
            threads: 17,
            listens: ['/var/lib/kubelet/device-plugins/kubelet.sock'],
            netns: 'kind',
          },
        ),
        criPod({
          name: 'coredns',
          pid: 2000,
          argv: ['/coredns', '-conf', '/etc/coredns/Corefile'],
          parent: `${nodeCgroup}/kubelet/kubepods`,
          inner: [
            [700, 1],
            [730, 1],
          ],
          shim: {
            program: '/usr/local/bin/containerd-shim-runc-v2',
            process: {
              ppid: 920,
              innerPids: [680],
              mntns: 'of 920',
              netns: 'kind',
              cgroup: `${nodeCgroup}/system.slice/containerd.service`,
            },
          },
        }),
      ),
    ],
  },
  {
    name: 'docker-in-docker-in-docker',
    story: `Constructed: Docker in Docker, three deep (docker-library/docker, dockerd-entrypoint.sh under docker-init): at each
level the same addresses, the same containerd namespace, and an init that is not PID 1. Cgroup paths nest as
jpetazzo/dind#87 shows them.
Verdicts: none`,
    moments: [
      joined(dockerWithNode(['docker-init', '--', 'dockerd-entrypoint.sh']), first.part, second.part, third.part),
    ],
  },
  {
    name: 'nerdctl-rootless',
    story: `Constructed: containerd and nerdctl without root (containerd/nerdctl docs/rootless.md): rootlesskit runs itself again
as the first process of a pid namespace, containerd runs below that, and so do the shims
(\`-address /run/user/1000/containerd/containerd.sock\`, rootless-containers/rootlesskit#355).
Verdicts: none`,
    moments: [
      joined(
        alone(
          { pid: 1500, argv: ['/lib/systemd/systemd', '--user'], cgroup: `${user}/init.scope` },
          {
            pid: 1600,
            ppid: 1500,
            argv: [
              'rootlesskit',
              '--state-dir=/run/user/1000/containerd-rootless',
              '--net=slirp4netns',
              '/usr/local/bin/containerd-rootless.sh',
            ],
            exe: '/usr/local/bin/rootlesskit',
            threads: 9,
            cgroup: `${user}/app.slice/containerd.service`,
            listens: ['/run/user/1000/containerd-rootless/api.sock'],
          },
          {
            pid: 1610,
            ppid: 1600,
            argv: [
              '/proc/self/exe',
              '--state-dir=/run/user/1000/containerd-rootless',
              '--net=slirp4netns',
              '/usr/local/bin/containerd-rootless.sh',
            ],
            comm: 'exe',
            exe: '/usr/local/bin/rootlesskit',
            innerPids: [1],
            threads: 8,
            netns: 'rootless',
          },
          {
            pid: 1630,
            ppid: 1610,
            argv: ['containerd', '--config', '/home/1000/.config/containerd/config.toml'],
            exe: '/usr/local/bin/containerd',
            threads: 12,
            listens: [rootless.address, `${rootless.address}.ttrpc`],
          },
        ),
        shimV2({
          pid: 1800,
          id: web,
          namespace: 'default',
          place: rootless,
          program: '/usr/local/bin/containerd-shim-runc-v2',
          containers: [
            {
              id: web,
              pid: 1820,
              argv: ['nginx'],
              cgroup: `${user}/user.slice/nerdctl-${web}.scope`,
              innerPids: [120, 1],
              netns: 'web',
            },
          ],
          process: {
            ppid: 1610,
            innerPids: [100],
            mntns: 'of 1610',
            netns: 'rootless',
            cgroup: `${user}/app.slice/containerd.service`,
          },
        }),
      ),
    ],
  },
]
