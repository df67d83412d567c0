import type { Container, Daemon, Process, Shim, Snapshot, Verdict } from '../../../src/core/model/snapshot.ts'

const at = '2026-09-01T03:12:00.000Z'

export const id = (letter: string): string => letter.repeat(64)

export const daemon = (over: Partial<Daemon> = {}): Daemon => ({
  key: '812@10',
  pid: 812,
  ppid: 1,
  runtime: 'containerd',
  addresses: ['/run/containerd/containerd.sock'],
  startedAt: at,
  state: 'listening',
  within: null,
  ...over,
})

export const shim = (over: Partial<Shim> = {}): Shim => ({
  key: '9075@20',
  pid: 9075,
  ppid: 1,
  runtime: 'containerd-shim-runc-v2',
  generation: 'v2',
  containerdNamespace: 'k8s.io',
  id: id('a'),
  address: '/run/containerd/containerd.sock',
  daemon: '812@10',
  socket: '/run/containerd/s/abc',
  connections: 2,
  unaccepted: 0,
  bundle: `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id('a')}`,
  bundleDeleted: false,
  binaryReplaced: false,
  parentage: 'init',
  relation: 'pod',
  supervision: 'managed',
  containers: [id('a'), id('b')],
  within: null,
  startedAt: at,
  rssBytes: null,
  threads: null,
  cpuSeconds: null,
  ...over,
})

export const container = (over: Partial<Container> = {}): Container => ({
  key: `k8s.io/${id('b')}`,
  id: id('b'),
  containerdNamespace: 'k8s.io',
  runtime: 'containerd',
  role: 'container',
  shim: '9075@20',
  initPid: 9101,
  chain: ['kubelet', 'containerd', 'containerd-shim-runc-v2'],
  state: 'running',
  name: 'coredns',
  image: 'coredns:1',
  pod: { uid: '0b1c', name: 'coredns-x', namespace: 'kube-system' },
  cgroup: null,
  processes: 2,
  threads: null,
  zombies: 1,
  execs: [],
  within: null,
  startedAt: at,
  rssBytes: null,
  cpuSeconds: null,
  ...over,
})

export const sandbox = (over: Partial<Container> = {}): Container =>
  container({
    key: `k8s.io/${id('a')}`,
    id: id('a'),
    role: 'sandbox',
    name: null,
    initPid: 9100,
    processes: 1,
    zombies: 0,
    ...over,
  })

export const process = (pid: number, over: Partial<Process> = {}): Process => ({
  key: `${pid}@30`,
  pid,
  ppid: 9075,
  role: 'container',
  comm: 'app',
  argv: ['/app', '--serve'],
  state: 'S',
  container: `k8s.io/${id('b')}`,
  shim: '9075@20',
  threads: 1,
  startedAt: at,
  ...over,
})

export const verdict = (over: Partial<Verdict> = {}): Verdict => ({
  key: 'shim-abandoned|9075@20',
  code: 'shim-abandoned',
  severity: 'critical',
  status: 'firing',
  since: '2026-09-01T03:08:48.000Z',
  subject: { kind: 'shim', key: '9075@20', id: id('a'), pid: 9075 },
  summary: 'containerd has let go of this shim while its containers still run',
  evidence: [{ source: '/proc/9075/cwd', observed: '-> /run/containerd/k8s.io/.aaaa (deleted)' }],
  resembles: ['rancher/rke2#10613'],
  next: 'Look whether a second copy of the pod runs before you touch this one.',
  ...over,
})

export const snapshot = (over: Partial<Snapshot> = {}): Snapshot => ({
  schema: 'shimscope/v1',
  node: 'node-1',
  bootId: 'b',
  run: 'r',
  seq: 1,
  takenAt: at,
  pass: {
    source: 'live',
    durationMs: 1,
    processes: 210,
    threads: 300,
    complete: true,
    reads: { known: 1, gone: 0, denied: 0, malformed: 0 },
    denied: {},
  },
  daemons: [daemon()],
  shims: [shim()],
  containers: [sandbox(), container()],
  verdicts: [],
  ...over,
})
