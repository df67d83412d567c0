import { address, bundlePath, kubernetes, podBundle, podCgroup, type PodNames, shimSocket } from '../containerd-node.ts'
import type { Constructed, ProcessDescription } from '../node.ts'

const pod: PodNames = {
  sandboxId: '9a4be98bf4fae1cfaa1ea38e6b93a8b1e9b0dd6ca4f0ad48a9fc21ba7ae1d1c2',
  uid: '4b7e2f0a-9d3c-4c55-8a30-2b8f5e6e9a77',
  name: 'dmdbms',
}
const app = '5d1a46292af1c6a94d0523fd6989b3b2e89c4cb71fdc8f6f1f03dbe7a86ceed9'
const sandbox = 14_431

/** Before April 2026 there is no -id: each works in its own bundle, which is named after it. */
const shim = (pid: number, id: string, more: Partial<ProcessDescription> = {}): ProcessDescription => ({
  pid,
  argv: [
    '/usr/local/bin/containerd-shim-runsc-v1',
    ...['-namespace', 'k8s.io', '-address', address, '-publish-binary', '/usr/local/bin/containerd'],
  ],
  cgroup: '/system.slice/containerd.service',
  cwd: bundlePath(id),
  threads: 12,
  session: 1_011,
  listens: [shimSocket(id, 1)],
  ...more,
})

const flags = (id: string) => [
  '--root=/run/containerd/runsc/k8s.io',
  `--log=${bundlePath(id)}/log.json`,
  '--log-format=json',
  '--log-fd=3',
]

/** comm is `exe`: runsc starts itself from /proc/self/exe. */
const exe = { comm: 'exe', exe: '/usr/local/bin/runsc', threads: 9 }

const gofer = (pid: number, ppid: number, id: string): ProcessDescription => ({
  pid,
  ppid,
  argv: [
    'runsc-gofer',
    ...flags(id),
    'gofer',
    ...[`--bundle=${bundlePath(id)}`, '--io-fds=6', '--mounts-fd=5', '--spec-fd=4', '--apply-caps=false'],
  ],
  ...exe,
  innerPids: [1],
})

const kernel: ProcessDescription = {
  pid: sandbox,
  ppid: 14_328,
  argv: [
    'runsc-sandbox',
    ...flags(pod.sandboxId),
    'boot',
    ...['--apply-caps=false', `--bundle=${bundlePath(pod.sandboxId)}`, '--cpu-num', '4', pod.sandboxId],
  ],
  ...exe,
  session: sandbox,
  threads: 26,
  rssKilobytes: 96_000,
  cgroup: podCgroup(pod, pod.sandboxId),
  netns: 'of the pod',
}

/** What the kernel runs the containers' programs in: stubs without a command line. */
const stub: ProcessDescription = { pid: 14_460, ppid: sandbox, argv: ['exe'], files: { cmdline: '' }, session: sandbox }

const bundles = [
  podBundle(pod, { id: pod.sandboxId, initPid: sandbox }),
  // The pid of the kernel, for every container of the pod. runsc/container/container.go, PIDFile
  podBundle(pod, { id: app, name: 'dmdbms', initPid: sandbox, shimId: app }),
]

const sources = `google/gvisor#9011 and google/gvisor#9309 (ps: shim, runsc-gofer, runsc-sandbox), with the files that
pkg/shim/v1 and runsc/container/container.go write`

export const nodes: readonly Constructed[] = [
  {
    name: 'gvisor-pod',
    story: `Constructed: a pod with one container in gVisor, from the process lists of ${sources}.
Without the grouping option each container has a shim of its own. The kernel is a child of the sandbox's; its pid stands
in the bundle of the container too, whose shim has but a gofer.
Verdicts: none`,
    moments: [
      {
        processes: [
          ...kubernetes(),
          shim(14_328, pod.sandboxId),
          gofer(14_427, 14_328, pod.sandboxId),
          kernel,
          stub,
          shim(14_502, app),
          gofer(14_527, 14_502, app),
        ],
        bundles,
      },
    ],
  },
  {
    name: 'gvisor-pod-grouped',
    story: `Constructed: the same pod with the grouping option and a shim of 2026, which is told its -id, from
google/gvisor pkg/shim/v1/manager.go (newCommand, resolveGrouping): one shim for sandbox and container.
Verdicts: none`,
    moments: [
      {
        processes: [
          ...kubernetes(),
          shim(14_328, pod.sandboxId, {
            argv: [
              '/usr/local/bin/containerd-shim-runsc-v1',
              ...['-namespace', 'k8s.io', '-address', address, '-id', pod.sandboxId],
            ],
            listens: [shimSocket(pod.sandboxId, 2)],
          }),
          gofer(14_427, 14_328, pod.sandboxId),
          kernel,
          stub,
          gofer(14_527, 14_328, app),
        ],
        bundles: [bundles[0], podBundle(pod, { id: app, name: 'dmdbms', initPid: sandbox })].filter(
          (bundle) => bundle !== undefined,
        ),
      },
    ],
  },
  {
    name: 'gvisor-shim-leaked',
    story: `Constructed: the pod is gone and its shim is not, as in containerd/containerd#11871 and #11708: a shim that does not
group was left behind without a bundle (fixed in 2.0.6 and 2.1.2). Its id is known by the deleted directory alone.
Verdicts: shim-leaked`,
    moments: [
      {
        processes: [
          ...kubernetes(),
          shim(14_502, app, {
            cwd: `${bundlePath(`.${app}`)} (deleted)`,
            cwdDeletedSecondsAgo: 5_400,
            listens: [shimSocket(app, 0)],
            ageSeconds: 7_200,
          }),
        ],
      },
    ],
  },
  {
    name: 'gvisor-pod-shim-killed',
    story: `Constructed: containerd is stopped and the shim of a gVisor container was killed: kernel and gofer run on under init,
the workload with them. The kernel is all that shows of the container.
Verdicts: container-shimless`,
    moments: [
      {
        processes: [
          { ...gofer(14_427, 1, pod.sandboxId), ageSeconds: 7_200 },
          { ...kernel, ppid: 1, ageSeconds: 7_200 },
          stub,
        ],
        bundles: bundles.slice(0, 1),
      },
    ],
  },
]
