import { createHash } from 'node:crypto'
import { address, bundlePath, daemon, podBundle, podCgroup, type PodNames, shimSocket } from '../containerd-node.ts'
import type { Constructed, NodeDescription, ProcessDescription } from '../node.ts'

const k3s = '/run/k3s/containerd/containerd.sock'
const pod: PodNames = {
  sandboxId: 'd9a72f8e30264402e7a539531f533c829e71348eabd2083ccc19a9379edf0b52',
  uid: '7c1f0f66-2a3f-4a52-bd0e-64c0f6b13a11',
  name: 'simple-spinapp-56684dbffc-5xwgr',
}
const id = pod.sandboxId
const app = '1f0c5f0e8a3ae0b7c7a0f2d0f1f2c0d15ac7e9b1e5b94a4ed4f8e6d1a3b2c490'

const argv = ['/usr/bin/containerd-shim-spin-v2', '-namespace', 'k8s.io', '-id', id, '-address', k3s]

const k3sNode: ProcessDescription[] = [
  {
    pid: 1_011,
    argv: ['/usr/local/bin/k3s', 'server'],
    cgroup: '/system.slice/k3s.service',
    threads: 30,
  },
  {
    pid: 1_040,
    ppid: 1_011,
    argv: ['containerd', '-c', '/var/lib/rancher/k3s/agent/etc/containerd/config.toml', '-a', k3s],
    exe: '/var/lib/rancher/k3s/data/c26e7571d760c5f199d18efd197114f1ca4ab1e6ffe494f96feb65c87fcb8cf0/bin/k3s',
    listens: [k3s, `${k3s}.ttrpc`],
    threads: 20,
  },
]

const hash = createHash('sha256').update(`${k3s}/k8s.io/${id}`).digest('hex')

/** `Sl` in ps: the shim is in the session of containerd. It keeps the pod in one process, with a zygote that forks for it. */
const shim = (accepted = 2): ProcessDescription => ({
  pid: 521_617,
  argv,
  cgroup: '/system.slice/k3s.service',
  cwd: bundlePath(id, 'k8s.io', '/run/k3s/containerd'),
  session: 1_040,
  pgrp: 521_600,
  threads: 6,
  ageSeconds: 7_200,
  listens: [{ path: `/run/containerd/s/${hash}`, accepted }],
})

const zygote: ProcessDescription = { pid: 521_619, ppid: 521_617, argv, cwd: shim().cwd ?? '/', session: 1_040 }

const pause: ProcessDescription = {
  pid: 521_640,
  ppid: 521_617,
  argv: ['/pause'],
  innerPids: [1],
  cgroup: podCgroup(pod, id),
  netns: 'of the pod',
}

/** `Ssl`: the same command line to the byte, and the leader of a session in a pid namespace of its own. */
const container = (more: Partial<ProcessDescription> = {}): ProcessDescription => ({
  pid: 521_670,
  ppid: 521_617,
  argv,
  comm: 'youki:[2:INIT]',
  innerPids: [1],
  cgroup: podCgroup(pod, app),
  netns: 'of the pod',
  threads: 11,
  ...more,
})

const inK3s = (bundle: ReturnType<typeof podBundle>) => ({
  ...bundle,
  path: bundle.path.replace('/run/containerd', '/run/k3s/containerd'),
  files: { address: `unix:///run/containerd/s/${hash}` },
})

const bundles = [inK3s(podBundle(pod, { id })), inK3s(podBundle(pod, { id: app, name: 'simple-spinapp', args: ['/'] }))]

const spin = (processes: readonly ProcessDescription[]): NodeDescription => ({ processes, bundles })

const published = `the process list of spinframework/containerd-shim-spin#195 (ps -ax: 521617 \`Sl\` and 521670 \`Ssl\`, the same command
line to the byte)`

/** One container each under Docker, whose containers have a shim of their own. */
const docker = (
  program: string,
  pid: number,
  container: string,
): [ProcessDescription[], NodeDescription['bundles']] => {
  const path = bundlePath(container, 'moby', '/run/docker/containerd/daemon')
  const at = '/run/docker/containerd/containerd.sock'
  const line = [`/usr/local/bin/${program}`, '-namespace', 'moby', '-id', container, '-address', at]
  return [
    [
      {
        pid,
        argv: line,
        cgroup: '/system.slice/docker.service',
        cwd: path,
        session: 1_011,
        threads: 5,
        listens: [shimSocket(container, 1, 'moby', at)],
      },
      { pid: pid + 3, ppid: pid, argv: line, cwd: path, session: 1_011 },
      { pid: pid + 9, ppid: pid, argv: line, innerPids: [1], cgroup: `/docker/${container}`, threads: 4 },
    ],
    [
      {
        path,
        config: { args: ['/app.wasm'], cgroupsPath: `/docker/${container}` },
        files: { address: `unix://${shimSocket(container, 1, 'moby', at).path}` },
      },
    ],
  ]
}

const three = [
  docker('containerd-shim-wasmtime-v1', 4_100, 'a1'.repeat(32)),
  docker('containerd-shim-wasmedge-v1', 4_200, 'b2'.repeat(32)),
  docker('containerd-shim-wasmer-v2', 4_300, 'c3'.repeat(32)),
]

export const nodes: readonly Constructed[] = [
  {
    name: 'spin-pod',
    story: `Constructed: ${published}
on k3s, with pause and the zygote of containerd/runwasi#828, which shimkit forks before anything else.
Session and pid namespace tell shim, zygote and container apart. No init.pid is written.
Verdicts: none`,
    moments: [spin([...k3sNode, shim(), zygote, pause, container()])],
  },
  {
    name: 'spin-k3s-uninstalled',
    story: `Constructed: ${published}
after k3s was uninstalled (step 6 there): nobody listens at the address, shim and container run on.
Verdicts: shim-daemonless`,
    moments: [spin([shim(0), zygote, pause, container()])],
  },
  {
    name: 'spin-shim-killed',
    story: `Constructed: the shim of such a pod was killed: pause and container run on under init. The container still looks like its
shim to the byte, and is none.
Verdicts: container-shimless, container-shimless`,
    moments: [
      spin([
        ...k3sNode,
        { ...pause, ppid: 1, ageSeconds: 7_190 },
        container({ ppid: 1, ageSeconds: 7_180, session: 521_670 }),
      ]),
    ],
  },
  {
    name: 'wasm-under-docker',
    story: `Constructed: containers of WasmTime, WasmEdge and Wasmer under Docker, from the forms of containerd/runwasi
crates/containerd-shimkit (flags, zygote) and of Docker's own containerd: one shim, one zygote, one container each.
Verdicts: none`,
    moments: [
      {
        processes: [
          {
            pid: 1_000,
            argv: ['/usr/bin/dockerd', '-H', 'fd://'],
            cgroup: '/system.slice/docker.service',
            listens: ['/run/docker.sock'],
          },
          {
            ...daemon('containerd', '/run/docker/containerd/containerd.sock'),
            ppid: 1_000,
            argv: ['containerd', '--config', '/var/run/docker/containerd/containerd.toml'],
            cgroup: '/system.slice/docker.service',
          },
          ...three.flatMap(([processes]) => processes),
        ],
        bundles: three.flatMap(([, bundles]) => bundles ?? []),
      },
    ],
  },
  {
    name: 'other-shims',
    story: `Constructed: two shims that nobody has described here, one of runwasi's kind (containerd-shim-lunatic-v1, deislabs) and one
whose container is an ordinary child: by their names they speak the v2 API (containerd core/runtime/v2/README.md).
Verdicts: none`,
    moments: [
      {
        processes: [
          daemon('/usr/bin/containerd'),
          {
            pid: 700,
            argv: ['/bin/containerd-shim-lunatic-v1', '-namespace', 'default', '-id', 'lunatic', '-address', address],
            cgroup: '/system.slice/containerd.service',
            cwd: bundlePath('lunatic', 'default'),
            session: 1_011,
            listens: [shimSocket('lunatic', 1, 'default')],
          },
          {
            pid: 711,
            ppid: 700,
            argv: ['/bin/containerd-shim-lunatic-v1', '-namespace', 'default', '-id', 'lunatic', '-address', address],
            innerPids: [1],
            cgroup: '/default/lunatic',
          },
          {
            pid: 800,
            argv: ['/bin/containerd-shim-acme.x-v3', '-namespace', 'default', '-id', 'plain', '-address', address],
            cgroup: '/system.slice/containerd.service',
            cwd: bundlePath('plain', 'default'),
            session: 1_011,
            listens: [shimSocket('plain', 1, 'default')],
          },
          { pid: 811, ppid: 800, argv: ['/bin/server'], innerPids: [1], cgroup: '/default/plain' },
        ],
        bundles: ['lunatic', 'plain'].map((name) => ({
          path: bundlePath(name, 'default'),
          config: { args: ['/bin/server'], cgroupsPath: `/default/${name}` },
        })),
      },
    ],
  },
]
