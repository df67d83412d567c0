import { type Archive, archiveSource } from '../../src/sources/archive.ts'
import type { ProcSource } from '../../src/sources/proc-source.ts'

export interface StandingNode {
  readonly source: ProcSource
  become(moment: Archive): Promise<void>
  /** How many readings were made of it. */
  readings(): number
  /** Before the reading of that number from now on, counted from 1. */
  beforeReading(number: number, act: () => void): void
}

/** A node that stays as it is until it is told to become another, however often it is looked at. */
export function standingNode(): StandingNode {
  let now: ProcSource
  let atMs = 0
  let made = 0
  let stopAt = 0
  let act = () => {}
  const read = <T>(from: (source: ProcSource) => T): T => {
    made += 1
    if (made === stopAt) act()
    return from(now)
  }
  return {
    source: {
      kind: 'live',
      begin: async () => ({ takenAtMs: atMs, mayHide: false }),
      list: (path) => read((source) => source.list(path)),
      read: (path) => read((source) => source.read(path)),
      readWhole: (path, limitBytes) => read((source) => source.readWhole(path, limitBytes)),
      link: (path) => read((source) => source.link(path)),
      facts: (path) => read((source) => source.facts(path)),
    },
    async become(moment) {
      now = archiveSource([moment])
      atMs = moment.takenAtMs
      await now.begin()
    },
    readings: () => made,
    beforeReading(number, then) {
      stopAt = made + number
      act = then
    },
  }
}
