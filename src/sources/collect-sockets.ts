import type { ProcessKey, ProcessSample } from '../core/model/process.ts'
import { denied, known, type Reading } from '../core/model/reading.ts'
import { carried } from '../core/model/same.ts'
import { parseInodeLink } from '../core/procfs/link.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** A daemon may open another socket while it lives; its descriptors are many, so they are read again only now and then. */
const PASSES_BETWEEN_LOOKS = 30

interface Held {
  readonly inodes: Reading<ReadonlySet<number>>
  readonly pass: number
}

/** The sockets that daemons hold. */
export class HeldSockets {
  #known: ReadonlyMap<ProcessKey, Held> = new Map()
  #living = new Map<ProcessKey, Held>()
  #pass = 0

  of(source: ProcSource, tally: Tally, { key, pid }: ProcessSample): Reading<ReadonlySet<number>> {
    const before = this.#known.get(key)
    const isDue = before === undefined || this.#pass - before.pass >= PASSES_BETWEEN_LOOKS || isYoung(before)
    const now = isDue
      ? { inodes: carried(before?.inodes, collectSocketInodes(source, tally, pid)), pass: this.#pass }
      : before
    this.#living.set(key, now)
    return now.inodes
  }

  endPass(): void {
    this.#pass += 1
    this.#known = this.#living
    this.#living = new Map()
  }
}

/** Nothing to listen with yet: a daemon that starts opens its sockets last. */
const isYoung = ({ inodes }: Held): boolean => inodes.kind === 'known' && inodes.value.size < 4

/** Inodes of the sockets that a process holds: what proves where it listens. Needs the right to read its descriptors. */
export function collectSocketInodes(source: ProcSource, tally: Tally, pid: number): Reading<ReadonlySet<number>> {
  const listing = tally.count('fd', source.list(`/proc/${pid}/fd`))
  if (listing.kind !== 'known') return listing
  const inodes = new Set<number>()
  let refused = false
  for (const fd of listing.value) {
    const target = source.link(`/proc/${pid}/fd/${fd}`)
    if (target.kind === 'denied') refused = true
    const inode =
      target.kind === 'known' && target.value.startsWith('socket:') ? parseInodeLink(target.value) : undefined
    if (inode !== undefined) inodes.add(inode)
  }
  return refused ? tally.count('fd', denied) : known(inodes)
}
