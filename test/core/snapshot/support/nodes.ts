import type { Container, Daemon, Process, Shim, Snapshot, Verdict } from '../../../../src/core/model/snapshot.ts'

/** Hand-made elements of a snapshot: a healthy node's values, and what a test cares about on top. */

export const aDaemon = (over: Partial<Daemon> = {}): Daemon => {
  const pid = over.pid ?? 812
  return {
    key: `${pid}@100`,
    pid,
    ppid: 1,
    runtime: 'containerd',
    addresses: ['/run/containerd/containerd.sock'],
    startedAt: '2026-11-01T08:00:00.000Z',
    state: 'listening',
    within: null,
    ...over,
  }
}

export const aShim = (over: Partial<Shim> = {}): Shim => {
  const pid = over.pid ?? 4000
  return {
    key: `${pid}@900`,
    pid,
    ppid: 1,
    runtime: 'containerd-shim-runc-v2',
    generation: 'v2',
    containerdNamespace: 'k8s.io',
    id: 'web',
    address: '/run/containerd/containerd.sock',
    daemon: '812@100',
    socket: '/run/containerd/s/abc',
    connections: 1,
    unaccepted: 0,
    bundle: '/run/containerd/io.containerd.runtime.v2.task/k8s.io/web',
    bundleDeleted: false,
    binaryReplaced: false,
    parentage: 'init',
    relation: 'one-to-one',
    supervision: 'managed',
    containers: ['web'],
    within: null,
    startedAt: '2026-11-01T09:00:00.000Z',
    rssBytes: 10_000_000,
    threads: 11,
    cpuSeconds: 0.5,
    ...over,
  }
}

export const aContainer = (over: Partial<Container> = {}): Container => {
  const id = over.id ?? 'web'
  return {
    key: `/run/containerd/containerd.sock|k8s.io|${id}`,
    id,
    containerdNamespace: 'k8s.io',
    runtime: 'containerd',
    role: 'container',
    shim: '4000@900',
    initPid: 4010,
    chain: ['kubelet', 'containerd', 'containerd-shim-runc-v2'],
    state: 'running',
    name: 'web',
    image: null,
    pod: { uid: '6f1c0e2a-0000-4000-8000-000000000001', name: 'web-1', namespace: 'default' },
    cgroup: '/kubepods/web',
    processes: 2,
    threads: 4,
    zombies: 0,
    execs: [],
    within: null,
    startedAt: '2026-11-01T09:00:01.000Z',
    rssBytes: 20_000_000,
    cpuSeconds: 1.5,
    ...over,
  }
}

export const aVerdict = (over: Partial<Verdict> = {}): Verdict => {
  const code = over.code ?? 'shim-leaked'
  const subject = over.subject ?? { kind: 'shim', key: '4000@900', id: 'web', pid: 4000 }
  return {
    key: `${code}|${subject.key ?? subject.id ?? ''}`,
    code,
    severity: 'warning',
    status: 'firing',
    since: '2026-11-01T10:00:00.000Z',
    subject,
    summary: 'shim 4000 has no container left',
    evidence: [{ source: '/proc/4000/cwd', observed: '/run/x (deleted)' }],
    resembles: ['containerd/containerd#5708'],
    next: 'Look at it with `ps`.',
    ...over,
  }
}

export const aProcess = (over: Partial<Process> = {}): Process => {
  const pid = over.pid ?? 4010
  return {
    key: `${pid}@950`,
    pid,
    ppid: 4000,
    role: 'container',
    comm: 'nginx',
    argv: ['nginx', '-g', 'daemon off;'],
    state: 'S',
    container: '/run/containerd/containerd.sock|k8s.io|web',
    shim: '4000@900',
    threads: 1,
    startedAt: '2026-11-01T09:00:01.000Z',
    ...over,
  }
}

const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

/** A snapshot with its arrays in key order. */
export const aSnapshot = (over: Partial<Snapshot> = {}): Snapshot => ({
  schema: 'shimscope/v1',
  node: 'node-1',
  bootId: 'b00t',
  run: 'run-1',
  seq: 1,
  takenAt: '2026-11-01T12:00:00.000Z',
  pass: {
    source: 'live',
    durationMs: 12.5,
    processes: 120,
    threads: 340,
    complete: true,
    reads: { known: 900, gone: 2, denied: 0, malformed: 0 },
    denied: {},
  },
  ...over,
  daemons: [...(over.daemons ?? [])].sort(byKey),
  shims: [...(over.shims ?? [])].sort(byKey),
  containers: [...(over.containers ?? [])].sort(byKey),
  verdicts: [...(over.verdicts ?? [])].sort(byKey),
})
