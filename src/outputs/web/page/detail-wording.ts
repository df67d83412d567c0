import type { Container, Daemon, Process, Shim } from '../../../core/model/snapshot.ts'
import type { Subject } from './grow-tree.ts'
import { bytesOf, counted } from './wording.ts'

/** One line of the detail pane. */
export interface Fact {
  readonly label: string
  /** `null`: not known. */
  readonly value: string | null
  /** ISO time: an age is shown beside it. */
  readonly since?: string
  /** Id of the row that it speaks of. */
  readonly leadsTo?: string
}

/** All that is known about one row, in the order in which one asks. */
export function factsOf(subject: Subject, containers: readonly Container[]): readonly Fact[] {
  switch (subject.kind) {
    case 'daemon':
      return daemonFacts(subject.daemon)
    case 'shim':
      return shimFacts(subject.shim, containers)
    case 'container':
      return containerFacts(subject.container)
    case 'process':
      return processFacts(subject.process)
    case 'others':
      return [{ label: 'processes', value: String(subject.count) }]
  }
}

const daemonFacts = (daemon: Daemon): readonly Fact[] => [
  { label: 'state', value: daemon.state },
  { label: 'pid', value: String(daemon.pid) },
  { label: 'parent', value: String(daemon.ppid) },
  ...daemon.addresses.map((address) => ({ label: 'listens at', value: address })),
  started(daemon.startedAt),
  ...inside(daemon.within),
]

const shimFacts = (shim: Shim, containers: readonly Container[]): readonly Fact[] => [
  { label: 'supervision', value: shim.supervision === 'unknown' ? null : shim.supervision },
  { label: 'relation', value: shim.relation },
  { label: 'generation', value: shim.generation },
  { label: 'pid', value: String(shim.pid) },
  { label: 'parent', value: `${shim.ppid} (${shim.parentage})` },
  { label: 'daemon', value: shim.daemon, ...leads('daemon', shim.daemon) },
  { label: 'address', value: shim.address },
  { label: 'socket', value: shim.socket },
  { label: 'connections', value: connections(shim) },
  { label: 'namespace', value: shim.containerdNamespace },
  { label: 'id', value: shim.id },
  { label: 'bundle', value: shim.bundle && (shim.bundleDeleted === true ? `${shim.bundle} (deleted)` : shim.bundle) },
  { label: 'program', value: shim.binaryReplaced === null ? null : shim.binaryReplaced ? 'replaced since' : 'current' },
  ...containers
    .filter((container) => container.shim === shim.key)
    .map(({ key, id, name }) => ({ label: 'keeps', value: name ?? id, leadsTo: `container|${key}` })),
  started(shim.startedAt),
  ...measured(shim),
  ...inside(shim.within),
]

const connections = ({ connections: accepted, unaccepted }: Shim): string | null => {
  if (accepted === null) return null
  return unaccepted === null || unaccepted === 0 ? `${accepted}` : `${accepted}, and ${unaccepted} not accepted`
}

const containerFacts = (container: Container): readonly Fact[] => {
  const { pod, execs } = container
  return [
    { label: 'state', value: container.state === 'unknown' ? null : container.state },
    { label: 'init pid', value: text(container.initPid) },
    { label: 'keeper', value: container.shim ?? 'none', ...leads('shim', container.shim) },
    ...(pod === null
      ? []
      : [
          { label: 'pod', value: pod.name },
          { label: 'pod namespace', value: pod.namespace },
          { label: 'pod uid', value: pod.uid },
        ]),
    { label: 'name', value: container.name },
    { label: 'image', value: container.image },
    { label: 'id', value: container.id },
    { label: 'namespace', value: container.containerdNamespace },
    { label: 'managed by', value: container.runtime },
    { label: 'chain', value: container.chain.join(' → ') || null },
    { label: 'cgroup', value: container.cgroup },
    { label: 'processes', value: String(container.processes) },
    ...(container.zombies > 0 ? [{ label: 'zombies', value: String(container.zombies) }] : []),
    ...(execs.length > 0 ? [{ label: counted(execs.length, 'exec session'), value: execs.join(' ') }] : []),
    started(container.startedAt),
    ...measured(container),
    ...inside(container.within),
  ]
}

const processFacts = (process: Process): readonly Fact[] => [
  { label: 'role', value: process.role },
  { label: 'calls itself', value: process.comm },
  { label: 'state', value: stateWord(process.state) },
  { label: 'pid', value: String(process.pid) },
  { label: 'parent', value: String(process.ppid) },
  { label: 'command', value: process.argv.map(quoted).join(' ') || null },
  ...(process.container === null
    ? []
    : [{ label: 'container', value: process.container, ...leads('container', process.container) }]),
  ...(process.shim === null ? [] : [{ label: 'shim', value: process.shim, ...leads('shim', process.shim) }]),
  { label: 'threads', value: text(process.threads) },
  started(process.startedAt),
]

const stateWords: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'in the kernel, cannot be interrupted',
  T: 'stopped',
  t: 'stopped by a debugger',
  Z: 'zombie: ended, not reaped',
  X: 'dead',
  I: 'idle',
}

const stateWord = (state: string): string => {
  const word = stateWords[state]
  return word === undefined ? state : `${state} · ${word}`
}

/** As a shell would need it, so that one sees where an argument ends. */
const quoted = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`

const text = (value: number | null): string | null => (value === null ? null : String(value))

const started = (at: string | null): Fact =>
  at === null ? { label: 'started', value: null } : { label: 'started', value: at, since: at }

const leads = (kind: string, key: string | null): Pick<Fact, 'leadsTo'> =>
  key === null ? {} : { leadsTo: `${kind}|${key}` }

const inside = (within: string | null): readonly Fact[] =>
  within === null ? [] : [{ label: 'runs inside', value: within, leadsTo: `container|${within}` }]

const measured = (of: Pick<Shim, 'rssBytes' | 'threads' | 'cpuSeconds'>): readonly Fact[] => [
  { label: 'memory', value: of.rssBytes === null ? null : bytesOf(of.rssBytes) },
  { label: 'threads', value: text(of.threads) },
  { label: 'processor time', value: of.cpuSeconds === null ? null : `${of.cpuSeconds.toFixed(1)} s` },
]
