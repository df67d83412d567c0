import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { Journal, type JournalOptions, type JournalOutcome } from '../../src/journal/journal.ts'
import { type JournalMoment, readSegment } from '../../src/journal/read-segment.ts'
import { type Flaw, listSegments } from '../../src/journal/segment-files.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../core/snapshot/support/nodes.ts'

export interface Place {
  readonly path: string
  [Symbol.dispose](): void
}

/** A directory that goes away with the test. */
export function place(): Place {
  const path = mkdtempSync(join(tmpdir(), 'shimscope-journal-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export const segmentNames = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.endsWith('.journal'))

/** A journal in that directory, and what it told. */
export async function journalIn(directory: string, over: Partial<JournalOptions> = {}) {
  const told: JournalOutcome[] = []
  const journal = new Journal({
    directory,
    maxBytes: 50_000_000,
    maxAgeMs: 7 * 86_400_000,
    report: (outcome) => told.push(outcome),
    ...over,
  })
  await journal.open()
  return { journal, told }
}

/** Everything that can be read, in the journal's order. */
export async function everyMoment(directory: string) {
  const moments: JournalMoment[] = []
  const flaws: Flaw[] = []
  for (const { path } of listSegments(directory)) {
    for await (const moment of readSegment(path, (flaw) => flaws.push(flaw))) moments.push(moment)
  }
  return { moments, flaws, events: moments.flatMap(({ events }) => events) }
}

const hexadecimal = (number: number): string => number.toString(16).padStart(8, '0').repeat(8)

/** A node of `pods` pods, each with a shim, of which each step changes something: the same for the same numbers. */
export function nodeAt(step: number, pods: number, atMs: number, run = 'run-1'): Snapshot {
  // Each step one pod comes and one goes, and some measurements move.
  const alive = Array.from({ length: pods }, (_, index) => step + index)
  return aSnapshot({
    run,
    takenAt: new Date(atMs).toISOString(),
    daemons: [aDaemon()],
    shims: alive.map((n) =>
      aShim({
        pid: 5_000 + n,
        id: hexadecimal(n),
        containers: [hexadecimal(n)],
        cpuSeconds: n % 5 === step % 5 ? step : 1,
      }),
    ),
    containers: alive.map((n) =>
      aContainer({
        id: hexadecimal(n),
        shim: `${5_000 + n}@900`,
        initPid: 50_000 + n,
        pod: { uid: `6f1c0e2a-0000-4000-8000-${String(n).padStart(12, '0')}`, name: `web-${n}`, namespace: 'default' },
      }),
    ),
    verdicts: step % 3 === 0 ? [aVerdict({ subject: { kind: 'shim', key: `${5_000 + step}@900` } })] : [],
  })
}
