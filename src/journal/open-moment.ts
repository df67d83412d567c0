import {
  collectionNames,
  type CollectionName,
  type Collections,
  type Delta,
  type NodeEvent,
} from '../core/model/event.ts'
import type { Pass, Snapshot } from '../core/model/snapshot.ts'
import { apply } from '../core/snapshot/apply.ts'
import { DamagedExcerpt, type Fields, quoted } from './damaged-excerpt.ts'
import type { ExcerptMoment } from './excerpt.ts'

export interface Keyed {
  readonly key: string
}

/** What an excerpt has told of one life of an agent so far. */
export class ToldRun {
  readonly named: Pick<Snapshot, 'run' | 'node' | 'bootId'>
  readonly elements = eachCollection(() => new Map<string, Keyed>())
  latest: Snapshot | undefined

  constructor(named: Pick<Snapshot, 'run' | 'node' | 'bootId'>) {
    this.named = named
  }
}

/** What it tells of the next moment, line by line. */
export class OpenMoment {
  readonly #run: ToldRun
  readonly #shown: { readonly takenAt: string; readonly seq: number; readonly pass: Pass }
  readonly #line: number
  readonly #changed = eachCollection(() => new Map<string, Keyed>())
  readonly #removed = eachCollection(() => new Set<string>())
  readonly #events: NodeEvent[] = []

  constructor(
    run: ToldRun,
    shown: { readonly takenAt: string; readonly seq: number; readonly pass: Pass },
    line: number,
  ) {
    const least = run.latest?.seq ?? 0
    if (shown.seq < least) throw new DamagedExcerpt(line, `seq should be ${least} or more: in a run it never falls`)
    this.#run = run
    this.#shown = shown
    this.#line = line
  }

  put(name: CollectionName, element: Keyed, line: number): void {
    this.#once(name, element.key, line)
    this.#changed[name].set(element.key, element)
  }

  /** The element of this key with these fields in place of its own. */
  patched(name: CollectionName, key: string, fields: Fields, line: number): Fields {
    const known = this.#run.elements[name].get(key)
    if (known === undefined) throw new DamagedExcerpt(line, `nothing of the key ${quoted(key)} was there to change`)
    if (Object.hasOwn(fields, 'key')) throw new DamagedExcerpt(line, 'a key never changes')
    return { ...known, ...fields }
  }

  remove(name: CollectionName, key: string, line: number): void {
    if (!this.#run.elements[name].has(key))
      throw new DamagedExcerpt(line, `nothing of the key ${quoted(key)} was there to be gone`)
    this.#once(name, key, line)
    this.#removed[name].add(key)
  }

  happen(event: NodeEvent): void {
    this.#events.push(event)
  }

  /** From here on the run is at this moment. */
  close(): ExcerptMoment {
    const before = this.#run.latest
    const { seq, takenAt, pass } = this.#shown
    const delta: Delta = {
      type: 'delta',
      seq,
      takenAt,
      previous: before?.seq ?? seq,
      pass,
      changed: eachCollection((name) => sorted(this.#changed[name])) as unknown as Delta['changed'],
      removed: eachCollection((name) => [...this.#removed[name]].sort()),
      events: this.#events,
    }
    const sizes = collectionNames.map((name) => this.#changed[name].size + this.#removed[name].size)
    if (seq === before?.seq && [...sizes, this.#events.length].some((size) => size > 0))
      throw new DamagedExcerpt(this.#line, `seq should be above ${seq}, since something happened`)
    const { daemons, shims, containers, verdicts } = apply(before ?? nothing, delta)
    const collections = { daemons, shims, containers, verdicts }
    const snapshot: Snapshot = { schema: 'shimscope/v1', ...this.#run.named, seq, takenAt, pass, ...collections }
    this.#run.latest = snapshot
    for (const name of collectionNames) {
      for (const key of this.#removed[name]) this.#run.elements[name].delete(key)
      for (const [key, element] of this.#changed[name]) this.#run.elements[name].set(key, element)
    }
    const led = before !== undefined && seq > before.seq
    return { takenAtMs: Date.parse(takenAt), snapshot, delta: led ? delta : undefined, events: this.#events }
  }

  #once(name: CollectionName, key: string, line: number): void {
    if (this.#changed[name].has(key) || this.#removed[name].has(key))
      throw new DamagedExcerpt(line, 'this moment has told of the same before')
  }
}

const nothing: Collections = { daemons: [], shims: [], containers: [], verdicts: [] }

function eachCollection<T>(make: (name: CollectionName) => T): Record<CollectionName, T> {
  return Object.fromEntries(collectionNames.map((name) => [name, make(name)])) as Record<CollectionName, T>
}

const sorted = (elements: ReadonlyMap<string, Keyed>): readonly Keyed[] =>
  [...elements.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
