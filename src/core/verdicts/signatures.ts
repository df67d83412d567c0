/** One way in which nodes were seen to fail, and what shows that we find it. */
export interface Signature {
  /** Its number in the catalogue of forty; a word for what is not of it. */
  readonly id: string
  readonly title: string
  readonly codes: readonly string[]
  /** Recordings that raise these codes; real ones say so in their first line. */
  readonly recordings: readonly string[]
  /** Recordings of something that looks alike and is in order, or has another fault. */
  readonly nearMisses: readonly string[]
}

type Row = readonly [id: string | number, title: string, codes: string, recordings: string, nearMisses: string]

/** The catalogue, in the order of its numbers. The names of several codes or recordings stand side by side. */
const rows: readonly Row[] = [
  // Shims with nothing left to do
  [1, 'shim left over, its bundle deleted', 'shim-leaked', 'shim-leaked-dot-bundle shim-leaked', 'shim-ending'],
  [2, 'empty shim, task STOPPED', 'shim-exit-uncollected', 'shim-exit-uncollected', 'task-stopped'],
  [3, 'empty shim, exit event lost', 'shim-exit-uncollected', 'pod-exit-lost', 'pod-between-restarts'],
  [4, 'shim of a creation that was given up', 'shim-create-aborted', 'shim-create-aborted', 'container-creating'],
  [5, 'two shims for one id', 'shim-duplicate', 'shim-duplicate', 'exec-session docker-1.11'],
  [6, 'shim stuck while shutting down', 'shim-leaked', 'shim-leaked-after-wedge', 'shim-ending task-deleted'],
  [7, 'shim without -id left over', 'shim-leaked', 'shim-leaked-without-id gvisor-shim-leaked', 'shim-without-id'],
  // Containers without a shim
  [8, "pod's shim killed, containers go on", 'container-shimless', 'pod-shim-killed-containerd-2', 'pod-containerd-2'],
  [
    9,
    'shim killed for want of memory',
    'container-shimless',
    'pod-shim-killed-containerd-down',
    'pod-shim-killed-containerd-up',
  ],
  [
    10,
    'all shims killed with their daemon',
    'container-shimless',
    'shim-killed-containerd-down',
    'containerd-stopped-and-started',
  ],
  [11, 'daemon gone, shims go on', 'shim-daemonless', 'containerd-killed docker-killed', 'containerd-restarted'],
  [12, 'shim of a paused container killed', 'container-shimless', 'shim-killed-container-paused', 'container-paused'],
  [13, 'conmon killed', 'container-shimless', 'cri-o-conmon-killed podman-conmon-killed', 'cri-o-without-pause'],
  [
    14,
    'leftovers taken over by process 1',
    'container-shimless',
    'leftover-of-host-pid-container cri-o-leftover-of-killed-container',
    'exec-outlives-session',
  ],
  [
    15,
    'port held by a container without a shim',
    'container-shimless',
    'pod-shim-killed-containerd-2',
    'pod-containerd-2',
  ],
  // Wrong multiplicity
  [16, 'forgotten at a restart, still running', 'shim-abandoned', 'shim-abandoned', 'containerd-restarted'],
  [17, 'two instances of one container', 'container-twin', 'container-twin', 'pod-container-restarted'],
  [
    18,
    'sandbox dead, containers alive',
    'sandbox-dead',
    'sandbox-dead sandbox-dead-containerd-2',
    'pod-between-restarts',
  ],
  [
    19,
    "pid of another container's process",
    'container-id-mismatch',
    'container-id-of-another container-id-mismatch',
    'task-stopped',
  ],
  // Zombies
  [20, 'init does not reap', 'container-zombies', 'container-zombies', 'container-without-first-thread'],
  [21, 'zombies under the shim itself', 'shim-reaper-stuck', 'shim-reaper-stuck', 'exec-session'],
  [
    22,
    'init dead, and cannot finish',
    'container-init-zombie',
    'container-init-cannot-end',
    'container-without-first-thread',
  ],
  [23, 'zombie shims under a process 1 that does not reap', 'shim-zombie', 'shim-zombies-under-init', 'task-deleted'],
  [24, 'zombie conmons', 'shim-zombie', 'podman-conmon-zombies', 'podman-exec-session'],
  [
    25,
    'pids of the node used up',
    'node-pids-exhaustion',
    'node-pids-taken-by-zombies node-pids-exhaustion',
    'container-zombies',
  ],
  // Hangs in the OCI runtime
  [26, 'runc init frozen', 'engine-stuck', 'runc-init-frozen', 'container-paused'],
  [27, 'runc init waits at exec.fifo', 'engine-stuck', 'runc-init-not-started', 'container-created'],
  [28, "runc's first stage stuck in the kernel", 'engine-stuck', 'runc-child-stuck', 'container-creating'],
  [29, 'long-lived runc under a shim', 'engine-stuck', 'engine-stuck', 'container-creating runc-at-work'],
  [30, 'runc kill --all spins', 'engine-stuck', 'runc-kill-spinning', 'runc-at-work'],
  [31, 'start or delete of a shim hangs', 'shim-transient-stuck', 'shim-transient-stuck', 'shim-being-started'],
  [32, 'root file system busy', 'rootfs-busy', 'rootfs-busy', 'task-stopped'],
  [
    33,
    'wedged shim keeps the daemon from starting',
    'shim-wedged daemon-restarting',
    'shim-wedged-containerd-waiting daemon-restarting',
    'daemon-restarted-lately containerd-restarted',
  ],
  [34, 'output that nobody reads', 'container-blocked', 'container-output-blocked', 'pod-of-1'],
  [35, 'container stuck in state D', 'container-blocked', 'container-in-kernel', 'container-paused'],
  // Growth
  [36, 'memory of a shim', 'shim-bloated', 'shim-bloated-memory', 'shim-grown-but-usual'],
  [37, 'threads of a shim', 'shim-bloated', 'shim-bloated-threads', 'shim-grown-but-usual'],
  [38, 'processor time of a shim', 'shim-bloated', 'shim-bloated-processor', 'shim-grown-but-usual'],
  [39, 'cgroups left behind', 'cgroup-litter', 'cgroup-litter', 'task-stopped'],
  [40, 'files left in bundles', 'bundle-litter', 'bundle-litter bundle-removal-given-up', 'exec-session'],
  // Beyond the forty
  [
    'vm',
    'virtual machine without its shim, or the reverse',
    'vm-leftover',
    'vm-leftover-machine vm-leftover-shim',
    'kata-dragonball kata-shim-just-exiting',
  ],
  [
    'upgrade',
    'program of running shims replaced or removed',
    'shim-binary-replaced',
    'shim-binary-replaced shim-binary-removed',
    'containerd-stopped-and-started',
  ],
  ['cve', 'abstract sockets (CVE-2020-15257)', 'shim-abstract-socket', 'shim-abstract-socket', 'healthy-shim-v1'],
  ['driver', "names for systemd's cgroup driver", 'cgroup-driver-mismatch', 'cgroup-driver-mismatch', 'pod-of-1'],
]

export const signatures: readonly Signature[] = rows.map(([id, title, codes, recordings, nearMisses]) => ({
  id: String(id),
  title,
  codes: named(codes),
  recordings: named(recordings),
  nearMisses: named(nearMisses),
}))

function named(list: string): readonly string[] {
  return list.match(/\S+/g) ?? []
}
