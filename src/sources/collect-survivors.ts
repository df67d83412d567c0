import { parseTcpListeners, type TcpListener } from '../core/procfs/tcp-sockets.ts'
import { baseName } from '../core/model/path.ts'
import type { Listening, Origin, Survivor } from '../core/model/host.ts'
import type { ProcessKey, ProcessSample } from '../core/model/process.ts'
import { denied, gone, known, mapReading, type Reading, unread, valueOf } from '../core/model/reading.ts'
import { text } from './collect-detail.ts'
import { findEngineState } from './collect-engine-states.ts'
import { collectSocketInodes } from './collect-sockets.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

const HOSTNAME_BYTES = 4096
const TCP_BYTES = 16 * 1024 * 1024
/** More than these are a fault of the whole node, and the first of them tell it. */
const MOST_SURVIVORS = 64
/** Of one container, whose descriptors are read. */
const MOST_MEMBERS = 32
const MOST_PORTS = 64
/** Descriptors are many: who listens is asked again only now and then. */
const PASSES_BETWEEN_PORTS = 15

type Written = Pick<Survivor, 'engineState' | 'hostname'>
type Heard = { readonly listening: Reading<Listening>; readonly pass: number }

/**
 * What can still be asked about processes that may have outlived their shim. Only of strays that an engine has started
 * for a daemon: on a healthy node there is none such.
 */
export class Survivors {
  #written: ReadonlyMap<ProcessKey, Written> = new Map()
  #heard: ReadonlyMap<ProcessKey, Heard> = new Map()
  #pass = 0

  collect(
    source: ProcSource,
    tally: Tally,
    processes: readonly ProcessSample[],
    strays: readonly ProcessSample[],
    origins: readonly Origin[],
  ): Survivor[] {
    this.#pass += 1
    const fromContainerd = new Set(origins.map(({ key }) => key))
    const written = new Map<ProcessKey, Written>()
    const heard = new Map<ProcessKey, Heard>()
    const survivors: Survivor[] = []
    for (const process of strays) {
      if (survivors.length >= MOST_SURVIVORS) break
      if (process.state === 'Z') continue
      const { key, pid, ppid } = process
      const own = this.#written.get(key) ?? readWritten(source, tally, process, fromContainerd.has(key))
      written.set(key, own)
      if (own.engineState === null && !fromContainerd.has(key)) continue
      const before = this.#heard.get(key)
      const isDue = before === undefined || this.#pass - before.pass >= PASSES_BETWEEN_PORTS
      const latest = isDue
        ? { listening: collectListening(source, tally, process, processes), pass: this.#pass }
        : before
      heard.set(key, latest)
      const ownNetwork = hasOwnNetwork(source, tally, pid, ppid)
      survivors.push({ key, ...own, ownNetwork, listening: latest.listening })
    }
    this.#written = written
    this.#heard = heard
    return survivors
  }
}

/** Written when the container was created, and never again. */
function readWritten(
  source: ProcSource,
  tally: Tally,
  { pid, ppid, cgroup }: ProcessSample,
  fromContainerd: boolean,
): Written {
  const name = cgroup.kind === 'known' ? baseName(cgroup.value.path) : ''
  const id = /[0-9a-f]{64}/.exec(name)?.[0] ?? name
  return {
    engineState: findEngineState(source, tally, ppid || 1, id),
    hostname: fromContainerd ? hostnameOf(source, tally, pid) : unread,
  }
}

/** The directory is the container's own and may be a link that leads anywhere: then it is left alone. */
function hostnameOf(source: ProcSource, tally: Tally, pid: number): Reading<string> {
  const etc = `/proc/${pid}/root/etc`
  const link = source.link(etc)
  if (link.kind !== 'malformed') return link.kind === 'known' ? gone : link
  const file = tally.count('hostname', source.readWhole(`${etc}/hostname`, HOSTNAME_BYTES))
  return mapReading(text(file), (name) => name.trim() || undefined)
}

/** The inode of `net/unix` tells network namespaces apart too, and needs no privilege. */
function hasOwnNetwork(source: ProcSource, tally: Tally, pid: number, ppid: number): Reading<boolean> {
  const [own, above] = [pid, ppid || 1].map((each) => tally.count('ns/net', source.link(`/proc/${each}/ns/net`)))
  if (own?.kind === 'known' && above?.kind === 'known') return known(own.value !== above.value)
  const [ownTable, tableAbove] = [pid, ppid || 1].map((each) =>
    tally.count('net/unix', source.facts(`/proc/${each}/net/unix`)),
  )
  if (ownTable?.kind !== 'known' || tableAbove?.kind !== 'known') return denied
  return known(ownTable.value.inode !== tableAbove.value.inode)
}

function collectListening(
  source: ProcSource,
  tally: Tally,
  process: ProcessSample,
  processes: readonly ProcessSample[],
): Reading<Listening> {
  const rows: TcpListener[] = []
  const sources: string[] = []
  for (const name of ['tcp', 'tcp6']) {
    const path = `/proc/${process.pid}/net/${name}`
    const table = mapReading(text(tally.count('net/tcp', source.readWhole(path, TCP_BYTES))), parseTcpListeners)
    // A kernel without IPv6 has no such table.
    if (table.kind === 'gone') continue
    if (table.kind !== 'known') return table
    if (table.value.length > 0) sources.push(path)
    rows.push(...table.value)
  }
  const held = heldSockets(source, tally, process, processes)
  if (held.kind !== 'known' && held.kind !== 'denied') return held
  const own = held.kind === 'known' ? rows.filter(({ inode }) => held.value.has(inode)) : rows
  const ports = [...new Set(own.map(({ port }) => port))].sort((a, b) => a - b).slice(0, MOST_PORTS)
  return known({ source: sources.join(' '), ports, held: held.kind === 'known' })
}

/** What the processes of its cgroup hold: whichever of them it was that opened the socket. */
function heldSockets(
  source: ProcSource,
  tally: Tally,
  { cgroup }: ProcessSample,
  processes: readonly ProcessSample[],
): Reading<ReadonlySet<number>> {
  const path = valueOf(cgroup)?.path
  const members = processes.filter((other) => valueOf(other.cgroup)?.path === path && other.state !== 'Z')
  const inodes = new Set<number>()
  for (const { pid } of members.slice(0, MOST_MEMBERS)) {
    const held = collectSocketInodes(source, tally, pid)
    if (held.kind === 'denied' || held.kind === 'malformed') return denied
    if (held.kind === 'known') for (const inode of held.value) inodes.add(inode)
  }
  return known(inodes)
}
