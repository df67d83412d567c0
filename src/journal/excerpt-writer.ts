import { collectionNames, type CollectionName } from '../core/model/event.ts'
import { same } from '../core/model/same.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { diffCollection } from '../core/snapshot/diff.ts'
import { elementNames, type ExcerptHead, type ExcerptLines, excerptFormat, excerptVersion } from './excerpt.ts'
import type { JournalMoment } from './read-segment.ts'

/** Writes an excerpt, piece by piece: each call returns the lines that come next. */
export class ExcerptWriter {
  #written: Snapshot | undefined
  #moments = 0
  #events = 0

  begin(head: Omit<ExcerptHead, 'format' | 'version'>): string {
    return `${JSON.stringify({ format: excerptFormat, version: excerptVersion, ...head } satisfies ExcerptHead)}\n`
  }

  /** What was shown, and what happened until then. */
  moment({ snapshot, events }: Pick<JournalMoment, 'snapshot' | 'events'>): string {
    const { run, node, bootId, takenAt, seq, pass } = snapshot
    const before = this.#written?.run === run ? this.#written : undefined
    const lines = before === undefined ? [lineOf({ run: { run, node, bootId } })] : []
    lines.push(lineOf({ moment: { takenAt, seq, pass } }))
    for (const name of collectionNames) lines.push(...changesOf(name, before?.[name] ?? [], snapshot[name]))
    for (const event of events) lines.push(lineOf({ event }))
    this.#written = snapshot
    this.#moments += 1
    this.#events += events.length
    return lines.join('')
  }

  gap(sentence: string): string {
    return lineOf({ gap: sentence })
  }

  end(): string {
    return lineOf({ end: { moments: this.#moments, events: this.#events } })
  }

  get moments(): number {
    return this.#moments
  }

  get events(): number {
    return this.#events
  }
}

interface Keyed {
  readonly key: string
}

function changesOf(name: CollectionName, before: readonly Keyed[], now: readonly Keyed[]): string[] {
  const element = elementNames[name]
  const { changed, removed } = diffCollection(before, now)
  const known = new Map(changed.length === 0 ? [] : before.map((one) => [one.key, one]))
  return [
    ...removed.map((key) => lineOf({ gone: { [element]: key } })),
    ...changed.map((one) => {
      const former = known.get(one.key)
      return former === undefined
        ? lineOf({ [element]: one })
        : lineOf({ changed: { [element]: one.key, fields: newFields(former, one) } })
    }),
  ]
}

const newFields = (former: object, one: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(one).filter(([field, value]) => !same((former as Record<string, unknown>)[field], value)),
  )

const lineOf = (fact: Partial<ExcerptLines> | { readonly [element: string]: Keyed }): string =>
  `${JSON.stringify(fact)}\n`
