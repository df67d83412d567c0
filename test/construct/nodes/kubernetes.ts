import type { Constructed, ProcessDescription } from '../node.ts'
import { alone, containerd, criPod, idOf, joined, kubelet, type Part, service, shimV2, uidOf } from '../parts.ts'

const podCgroup = `/kubepods/burstable/pod${uidOf('web')}`
const pause = idOf('k8s_POD_web')
const app = idOf('k8s_app_web')

/** A pod of Docker: one shim for each container, and nothing but the cgroup tells that they belong together. */
const dockerPod = (pid: number, process: Partial<ProcessDescription>, program?: string): Part =>
  joined(
    ...[
      { id: pause, pid, argv: ['/pause'] },
      { id: app, pid: pid + 100, argv: ['java', '-jar', 'app.jar'] },
    ].map(({ id, pid: at, argv }) =>
      shimV2({
        pid: at,
        id,
        namespace: 'moby',
        ...(program === undefined ? {} : { program }),
        containers: [{ id, pid: at + 20, argv, cgroup: `${podCgroup}/${id}`, netns: 'pod web' }],
        process,
      }),
    ),
  )

export const nodes: readonly Constructed[] = [
  {
    name: 'kubelet-dockershim',
    story: `Constructed: Kubernetes 1.23 with the dockershim inside kubelet, which listens at /var/run/dockershim.sock
(kubernetes v1.23 cmd/kubelet/app/options/container_runtime.go), over Docker 20.10; and one container that somebody ran
by hand, which did not come through kubelet.
Verdicts: none`,
    moments: [
      {
        cgroups: 'v1',
        ...joined(
          kubelet(600, ['--network-plugin=cni'], { listens: [{ path: '/var/run/dockershim.sock', accepted: 1 }] }),
          service({
            pid: 700,
            name: 'docker',
            argv: ['/usr/bin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'],
            listens: ['/run/docker.sock'],
          }),
          containerd(680),
          dockerPod(1000, { cgroup: '/system.slice/containerd.service' }),
          shimV2({
            pid: 1400,
            id: idOf('by hand'),
            namespace: 'moby',
            containers: [{ id: idOf('by hand'), pid: 1420, argv: ['bash'], cgroup: `/docker/${idOf('by hand')}` }],
            process: { cgroup: '/system.slice/containerd.service' },
          }),
        ),
      },
    ],
  },
  {
    name: 'kubelet-cri-dockerd',
    story: `Constructed: Kubernetes 1.30 with cri-dockerd as packaged (Mirantis/cri-dockerd packaging/systemd/cri-docker.service)
over Docker 27; the form of its shims is that of Mirantis/cri-dockerd#124.
Verdicts: none`,
    moments: [
      joined(
        kubelet(600, ['--container-runtime-endpoint=unix:///var/run/cri-dockerd.sock']),
        service({
          pid: 640,
          name: 'cri-docker',
          argv: ['/usr/bin/cri-dockerd', '--container-runtime-endpoint', 'fd://', '--network-plugin=cni'],
          listens: [{ path: '/run/cri-dockerd.sock', accepted: 2 }],
        }),
        service({
          pid: 700,
          name: 'docker',
          argv: ['/usr/bin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'],
          listens: ['/run/docker.sock'],
        }),
        containerd(680),
        dockerPod(1000, { cgroup: '/system.slice/containerd.service' }),
      ),
    ],
  },
  {
    name: 'cri-containerd-1.0',
    story: `Constructed: the standalone daemon of containerd/cri v1.0.0-beta.1 (docs/architecture.md, cmd/cri-containerd) between
kubelet 1.9 and containerd 1.0, whose shims are v1: children of containerd, one for each container, with abstract
sockets (containerd v1.0.3 linux/shim/client/client.go).
Verdicts: shim-abstract-socket`,
    moments: [
      {
        cgroups: 'v1',
        ...joined(
          kubelet(600, [
            '--container-runtime=remote',
            '--container-runtime-endpoint=unix:///run/cri-containerd/cri-containerd.sock',
          ]),
          service({
            pid: 660,
            name: 'cri-containerd',
            argv: ['/usr/local/bin/cri-containerd', '--log-level', 'info'],
            listens: [{ path: '/run/cri-containerd/cri-containerd.sock', accepted: 2 }],
          }),
          containerd(650, {
            argv: ['/usr/local/bin/containerd'],
            listens: [
              { path: '/run/containerd/containerd.sock', accepted: 2 },
              ...[pause, app].map((id) => ({ path: `@/containerd-shim/k8s.io/${id}/shim.sock`, accepted: 1 })),
            ],
          }),
          ...[
            { id: pause, pid: 1000, argv: ['/pause'], type: 'sandbox' },
            { id: app, pid: 1100, argv: ['nginx'], type: 'container' },
          ].map(({ id, pid, argv, type }): Part => {
            const bundle = `/run/containerd/io.containerd.runtime.v1.linux/k8s.io/${id}`
            return {
              processes: [
                {
                  pid,
                  ppid: 650,
                  argv: [
                    'containerd-shim',
                    '-namespace',
                    'k8s.io',
                    '-workdir',
                    `/var/lib/containerd/io.containerd.runtime.v1.linux/k8s.io/${id}`,
                    '-address',
                    '/run/containerd/containerd.sock',
                    '-containerd-binary',
                    '/usr/local/bin/containerd',
                  ],
                  exe: '/usr/local/bin/containerd-shim',
                  cwd: bundle,
                  threads: 9,
                },
                { pid: pid + 20, ppid: pid, argv, innerPids: [1], cgroup: `${podCgroup}/${id}`, netns: 'pod web' },
              ],
              bundles: [
                {
                  path: bundle,
                  config: {
                    args: argv,
                    cgroupsPath: `${podCgroup}/${id}`,
                    annotations: { 'io.kubernetes.cri.container-type': type, 'io.kubernetes.cri.sandbox-id': pause },
                  },
                  initPid: pid + 20,
                },
              ],
            }
          }),
        ),
      },
    ],
  },
  {
    name: 'kubelet-containerd-1.4',
    story: `Constructed: the node of a published exec trace and ps -ef: kubelet 1002 and containerd 1011 under PID 1, and under
PID 1 too the shims, the first of which (1698) had been started by the short \`… start\` 1688, a child of containerd.
Verdicts: none`,
    moments: [
      joined(
        alone({
          pid: 1002,
          argv: [
            '/usr/bin/kubelet',
            '--container-runtime=remote',
            '--container-runtime-endpoint=/run/containerd/containerd.sock',
          ],
          cgroup: '/system.slice/kubelet.service',
          threads: 18,
        }),
        containerd(1011),
        ...['etcd', 'kube-apiserver', 'kube-proxy'].map((name, at) =>
          criPod({
            name,
            pid: [1622, 2003, 2637][at] ?? 0,
            argv: [name],
            shim: { process: { cgroup: '/system.slice/containerd.service' } },
          }),
        ),
      ),
    ],
  },
  {
    name: 'kubelet-rktlet',
    story: `Constructed: rktlet (kubernetes-retired/rktlet docs/getting-started-guide.md) runs \`rkt app sandbox\` for a pod, which
becomes its stage 1: systemd-nspawn started by its own linker, a systemd in it, and the apps as services of that
(rkt Documentation/devel/architecture.md, stage1/init/init.go). No shim at all.
Verdicts: none`,
    moments: [
      {
        cgroups: 'v1',
        ...joined(
          kubelet(600, ['--container-runtime=remote', '--container-runtime-endpoint=unix:///var/run/rktlet.sock']),
          service({
            pid: 640,
            name: 'rktlet',
            argv: ['/usr/bin/rktlet', '--v=2'],
            listens: [{ path: '/var/run/rktlet.sock', accepted: 2 }],
          }),
          rktPod(2000, '4bd4c4a8-5a4c-4f33-8f4b-2d3b8c4c7a11', '/system.slice/rktlet-web.service'),
        ),
      },
    ],
  },
  {
    name: 'rkt',
    story: `Constructed: a pod that somebody ran with rkt 1.29 from a unit of systemd, beside a kubelet that has nothing to do
with it. Forms as in rkt Documentation/devel/architecture.md.
Verdicts: none`,
    moments: [
      {
        cgroups: 'v1',
        ...joined(
          kubelet(600, ['--container-runtime=docker']),
          rktPod(2000, '7e1b2c1a-6c0c-4d39-a1f3-0f1d2c3b4a55', '/system.slice/etcd-member.service'),
        ),
      },
    ],
  },
]

function rktPod(pid: number, uuid: string, cgroup: string): Part {
  const scope = `/machine.slice/machine-rkt\\x2d${uuid.replaceAll('-', '\\x2d')}.scope`
  return alone(
    {
      pid,
      argv: [
        'stage1/rootfs/usr/lib/ld-linux-x86-64.so.2',
        'stage1/rootfs/usr/bin/systemd-nspawn',
        '--boot',
        '--notify-ready=yes',
        '--register=true',
        '--link-journal=try-guest',
        '--quiet',
        `--uuid=${uuid}`,
        `--machine=rkt-${uuid}`,
        '--directory=stage1/rootfs',
        '--',
        '--default-standard-output=tty',
      ],
      exe: `/var/lib/rkt/pods/run/${uuid}/stage1/rootfs/usr/lib/ld-2.25.so`,
      cwd: `/var/lib/rkt/pods/run/${uuid}`,
      cgroup,
    },
    {
      pid: pid + 30,
      ppid: pid,
      argv: ['/usr/lib/systemd/systemd', '--default-standard-output=tty'],
      innerPids: [1],
      cgroup: `${scope}/init.scope`,
    },
    {
      pid: pid + 40,
      ppid: pid + 30,
      argv: ['/usr/lib/systemd/systemd-journald'],
      innerPids: [3],
      cgroup: `${scope}/system.slice/systemd-journald.service`,
    },
    {
      pid: pid + 50,
      ppid: pid + 30,
      argv: ['/usr/local/bin/etcd'],
      innerPids: [5],
      cgroup: `${scope}/system.slice/etcd.service`,
    },
  )
}
