import { createHash } from 'node:crypto'
import type { Constructed, NodeDescription, ProcessDescription } from '../node.ts'

const address = '/run/containerd/containerd.sock'
const tasks = '/run/containerd/io.containerd.runtime.v2.task'
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const idOf = (name: string): string => sha256(name)

/** containerd 1.7 under systemd, as most nodes have it. */
const containerd: ProcessDescription = {
  pid: 810,
  argv: ['/usr/bin/containerd'],
  threads: 14,
  cgroup: '/system.slice/containerd.service',
  listens: [address],
}

type ShimDescription = Partial<ProcessDescription> & { pid: number; id: string; namespace?: string; accepted?: number }

/** A shim of the v2 API beside it; its socket's name follows from its command line. */
const shimOf = ({ pid, id, namespace = 'k8s.io', accepted = 1, ...rest }: ShimDescription): ProcessDescription => ({
  pid,
  argv: ['/usr/bin/containerd-shim-runc-v2', '-namespace', namespace, '-id', id, '-address', address],
  threads: 11,
  pgrp: pid,
  session: containerd.pid,
  cgroup: '/system.slice/containerd.service',
  cwd: `${tasks}/${namespace}/${id}`,
  listens: [{ path: `/run/containerd/s/${sha256(`${address}/${namespace}/${id}`)}`, accepted }],
  ...rest,
})

const podUid = '4d1c2f0e-7a55-4c0b-9f3e-5d2a7c1b9e10'
const cgroupOf = (id: string): string =>
  `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${podUid.replaceAll('-', '_')}.slice/cri-containerd-${id}.scope`

const initOf = (pid: number, shim: number, id: string, argv: readonly string[]): ProcessDescription => ({
  pid,
  ppid: shim,
  argv,
  innerPids: [1],
  cgroup: cgroupOf(id),
})

const cri = (sandbox: string, pod: string, container?: string) => ({
  'io.kubernetes.cri.container-type': container === undefined ? 'sandbox' : 'container',
  'io.kubernetes.cri.sandbox-id': sandbox,
  'io.kubernetes.cri.sandbox-name': pod,
  'io.kubernetes.cri.sandbox-namespace': 'default',
  'io.kubernetes.cri.sandbox-uid': podUid,
  ...(container === undefined ? {} : { 'io.kubernetes.cri.container-name': container }),
})

const web = idOf('sandbox of web')
const app = idOf('app of web')

/** A pod with one container, and what its shim takes. */
const podWith = (shim: Partial<ProcessDescription>, more: readonly ProcessDescription[] = []): NodeDescription => ({
  processes: [
    containerd,
    shimOf({ pid: 2100, id: web, accepted: 2, ageSeconds: 600_000, ...shim }),
    initOf(2121, 2100, web, ['/pause']),
    initOf(2160, 2100, app, ['/usr/bin/server']),
    ...more,
  ],
  bundles: [
    { path: `${tasks}/k8s.io/${web}`, initPid: 2121, config: { annotations: cri(web, 'web') } },
    { path: `${tasks}/k8s.io/${app}`, initPid: 2160, config: { annotations: cri(web, 'web', 'app') } },
  ],
})

const sizes: readonly Constructed[] = [
  {
    name: 'shim-bloated-memory',
    story: `Constructed: a shim of containerd 1.7 with 96 MB, as containerd/ttrpc#241 measured it after two million execs
(6 MB is usual), on a node in the form of containerd/containerd#9217.
Verdicts: shim-bloated`,
    moments: [podWith({ rssKilobytes: 98_304 })],
  },
  {
    name: 'shim-bloated-threads',
    story: `Constructed: a shim of containerd 1.7 with 1 023 threads, as containerd/containerd#9404 shows it.
Verdicts: shim-bloated`,
    moments: [podWith({ threads: 1_023 })],
  },
  {
    name: 'shim-bloated-processor',
    story: `Constructed: a shim of containerd 2.x that has used a processor for most of its week, as
containerd/containerd#13558 and containerd/rust-extensions#146 describe it.
Verdicts: shim-bloated`,
    moments: [podWith({ cpuSeconds: 590_000 })],
  },
  {
    name: 'shim-grown-but-usual',
    story: `Constructed: a shim of containerd 1.7 that looks like a bloated one and is none: a week old, with exec probes
every ten seconds, 28 MB, 24 threads and an hour of processor time.
Verdicts: none`,
    moments: [podWith({ rssKilobytes: 28_672, threads: 24, cpuSeconds: 3_600 })],
  },
]

const abstractShim = (pid: number, init: number, id: string): ProcessDescription[] => [
  {
    pid,
    ppid: containerd.pid,
    argv: [
      'containerd-shim',
      '-namespace',
      'moby',
      '-workdir',
      `/var/lib/containerd/io.containerd.runtime.v1.linux/moby/${id}`,
      '-address',
      address,
      '-containerd-binary',
      '/usr/bin/containerd',
      '-runtime-root',
      '/var/run/docker/runtime-runc',
    ],
    exe: '/usr/bin/containerd-shim',
    threads: 10,
    cwd: `/run/containerd/io.containerd.runtime.v1.linux/moby/${id}`,
    listens: [{ path: `@/containerd-shim/moby/${id}/shim.sock`, accepted: 1 }],
  },
  { pid: init, ppid: pid, argv: ['/usr/bin/server'], innerPids: [1], cgroup: `/docker/${id}` },
]

const sockets: readonly Constructed[] = [
  {
    name: 'shim-abstract-socket',
    story: `Constructed: containerd 1.2 under Docker 18.09, from the command line of runtime/v1/shim/client/client.go and the
socket name of runtime/v1/linux/bundle.go (v1.2.14), as k3s-io/k3s#2618 looks for it: CVE-2020-15257.
Verdicts: shim-abstract-socket`,
    moments: [
      {
        cgroups: 'v1',
        processes: [
          containerd,
          {
            pid: 850,
            argv: ['/usr/bin/dockerd', '-H', 'fd://'],
            threads: 16,
            cgroup: '/system.slice/docker.service',
            listens: ['/var/run/docker.sock'],
          },
          ...abstractShim(1400, 1421, idOf('first')),
          ...abstractShim(1500, 1521, idOf('second')),
        ],
        bundles: [[idOf('first'), 1421] as const, [idOf('second'), 1521] as const].map(([id, initPid]) => ({
          path: `/run/containerd/io.containerd.runtime.v1.linux/moby/${id}`,
          initPid,
          mounted: false,
        })),
      },
    ],
  },
]

const runc = (verb: string, ...rest: string[]): string[] => [
  'runc',
  '--root',
  '/run/containerd/runc/k8s.io',
  '--log',
  `${tasks}/k8s.io/${app}/log.json`,
  '--log-format',
  'json',
  verb,
  ...rest,
  app,
]

const engines: readonly Constructed[] = [
  {
    name: 'runc-child-stuck',
    story: `Constructed: runc's first stage hangs in unshare, as opencontainers/runc#1804 shows it: runc create, and below it
runc:[1:CHILD] (libcontainer/nsenter/nsexec.c) in state D.
Verdicts: engine-stuck`,
    moments: [
      {
        processes: [
          containerd,
          shimOf({ pid: 2100, id: web, accepted: 2, ageSeconds: 900 }),
          initOf(2121, 2100, web, ['/pause']),
          {
            pid: 2150,
            ppid: 2100,
            ageSeconds: 400,
            argv: runc('create', '--bundle', `${tasks}/k8s.io/${app}`, '--pid-file', `${tasks}/k8s.io/${app}/init.pid`),
            exe: '/usr/bin/runc',
            cwd: `${tasks}/k8s.io/${app}`,
            threads: 8,
            wchan: 'futex_wait_queue',
          },
          {
            pid: 2160,
            ppid: 2150,
            ageSeconds: 400,
            argv: ['/proc/self/exe', 'init'],
            comm: 'runc:[1:CHILD]',
            state: 'D',
            wchan: 'copy_net_ns',
            exe: '/usr/bin/runc',
          },
        ],
        bundles: [
          { path: `${tasks}/k8s.io/${web}`, initPid: 2121, config: { annotations: cri(web, 'web') } },
          { path: `${tasks}/k8s.io/${app}`, config: { annotations: cri(web, 'web', 'app') } },
        ],
      },
    ],
  },
  {
    name: 'runc-kill-spinning',
    story: `Constructed: runc kill --all has been running for a day, as cloudfoundry/garden-runc-release#121 shows it
(1 577 minutes of processor time): processes of the container come faster than it kills.
Verdicts: engine-stuck`,
    moments: [
      podWith({}, [
        {
          pid: 2900,
          ppid: 2100,
          ageSeconds: 95_000,
          argv: [...runc('kill', '--all'), '9'],
          exe: '/usr/bin/runc',
          state: 'R',
          threads: 9,
          cpuSeconds: 94_620,
        },
      ]),
    ],
  },
  {
    name: 'runc-at-work',
    story: `Constructed: what looks like a hanging engine and is none: runc exec, two seconds old, with its init.
Verdicts: none`,
    moments: [
      podWith({}, [
        {
          pid: 2900,
          ppid: 2100,
          ageSeconds: 2,
          argv: runc(
            'exec',
            '--process',
            '/tmp/runc-process1',
            '--detach',
            '--pid-file',
            `${tasks}/k8s.io/${app}/probe.pid`,
          ),
          exe: '/usr/bin/runc',
          threads: 8,
        },
      ]),
    ],
  },
]

/** A shim whose container has ended, so many seconds after containerd deleted its bundle. */
const letGo = (secondsAgo: number): NodeDescription => ({
  processes: [
    containerd,
    shimOf({
      pid: 2100,
      id: web,
      accepted: 0,
      ageSeconds: 5_000,
      cwd: `${tasks}/k8s.io/.${web} (deleted)`,
      cwdDeletedSecondsAgo: secondsAgo,
    }),
  ],
})

/** The command line that containerd 1.2 gives its shims: without -id. */
const withoutId = ['/usr/bin/containerd-shim-runc-v1', '-namespace', 'k8s.io', '-address', address]

const endings: readonly Constructed[] = [
  {
    name: 'shim-leaked-dot-bundle',
    story: `Constructed: containerd 2.1.4 has deleted a bundle, by way of a name with a dot, and its shim has not exited:
containerd/containerd#12344, fixed in 2.1.5.
Verdicts: shim-leaked`,
    moments: [letGo(86_400)],
  },
  {
    name: 'shim-ending',
    story: `Constructed: the ordinary end of a shim, two seconds after its bundle was deleted: containerd gives it 3 s to exit
and 5 s to be cleaned up (core/runtime/v2/shim.go), so it is no leak.
Verdicts: none`,
    moments: [letGo(2)],
  },
  {
    name: 'shim-leaked-without-id',
    story: `Constructed: containerd-shim-runc-v1 of containerd 1.2 has no -id (runtime/v2/runc/service.go, v1.2.14), as gVisor's
shim had none until 2026; a pod is gone and its shim is not: containerd/containerd#11871.
Verdicts: shim-leaked`,
    moments: [
      {
        processes: [
          containerd,
          {
            ...shimOf({ pid: 2100, id: web, accepted: 0, ageSeconds: 50_000 }),
            argv: [...withoutId, '-publish-binary', '/usr/bin/containerd'],
            cwd: `${tasks}/k8s.io/.${web} (deleted)`,
            cwdDeletedSecondsAgo: 3_600,
          },
        ],
      },
    ],
  },
]

const starts: readonly Constructed[] = [
  {
    name: 'shim-without-id',
    story: `Constructed: the same shim without -id, with its container: the id is the name of the bundle that it works in.
Verdicts: none`,
    moments: [
      {
        processes: [
          containerd,
          {
            ...shimOf({ pid: 2100, id: web, ageSeconds: 50_000 }),
            argv: [...withoutId, '-publish-binary', '/usr/bin/containerd'],
          },
          initOf(2121, 2100, web, ['/pause']),
        ],
        bundles: [{ path: `${tasks}/k8s.io/${web}`, initPid: 2121, config: { annotations: cri(web, 'web') } }],
      },
    ],
  },
  {
    name: 'shim-being-started',
    story: `Constructed: containerd 1.7 starts a shim: its start invocation is two seconds old, and containerd gives it five
(core/runtime/v2/binary.go). The command line is that of an exec trace.
Verdicts: none`,
    moments: [
      podWith({}, [
        {
          pid: 2900,
          ppid: containerd.pid,
          ageSeconds: 2,
          argv: [
            '/usr/bin/containerd-shim-runc-v2',
            '-namespace',
            'k8s.io',
            '-address',
            address,
            '-publish-binary',
            '/usr/bin/containerd',
            '-id',
            idOf('sandbox of another pod'),
            'start',
          ],
          threads: 7,
          cwd: `${tasks}/k8s.io/${idOf('sandbox of another pod')}`,
        },
      ]),
    ],
  },
]

const goneSandbox = idOf('sandbox of a pod that is gone')
const goneApp = idOf('app of a pod that is gone')

const mistaken: readonly Constructed[] = [
  {
    name: 'container-id-of-another',
    story: `Constructed: the bundle of a container whose shim is gone names a pid that another container's init has by now,
as in containerd/containerd#8285: the runtime calls it running, and would ask about and end the other one.
Verdicts: container-id-mismatch`,
    moments: [
      {
        ...podWith({}),
        bundles: [
          ...(podWith({}).bundles ?? []),
          {
            path: `${tasks}/k8s.io/${goneApp}`,
            initPid: 2160,
            config: { annotations: cri(goneSandbox, 'old', 'app') },
          },
        ],
      },
    ],
  },
]

const pids: readonly Constructed[] = [
  {
    name: 'node-pids-taken-by-zombies',
    story: `Constructed: the zombies of one container take the pids of the node, as in akash-network/website#362 (465 276 of
them); scaled down to a node with 128 pids.
Verdicts: container-zombies, node-pids-exhaustion`,
    moments: [
      {
        ...podWith({}),
        pidMax: 128,
        processes: [
          ...podWith({}).processes,
          ...Array.from(
            { length: 90 },
            (_, at): ProcessDescription => ({
              pid: 3_000 + at,
              ppid: 2160,
              argv: [],
              comm: 'sh',
              state: 'Z',
              cgroup: cgroupOf(app),
            }),
          ),
        ],
      },
    ],
  },
]

export const nodes: readonly Constructed[] = [
  ...sizes,
  ...sockets,
  ...engines,
  ...endings,
  ...starts,
  ...mistaken,
  ...pids,
]
