import type { Delta, NodeEvent } from '../core/model/event.ts'

/** The last deltas and events, so that a client that was away for a moment need not start anew. */
export class History {
  readonly #mostElements: number
  readonly #mostEvents: number
  #run = ''
  #seq = 0
  #deltas: Delta[] = []
  #elements = 0
  #events: NodeEvent[] = []

  /** @param options.mostElements of all deltas together: on a large node each refresh of measurements is a large one. */
  constructor(options: { readonly mostElements: number; readonly mostEvents: number }) {
    this.#mostElements = options.mostElements
    this.#mostEvents = options.mostEvents
  }

  /** Another run counts from the start: nothing of the old one leads there. */
  begin(run: string, seq: number): void {
    this.#run = run
    this.#seq = seq
    this.#deltas = []
    this.#elements = 0
  }

  add(delta: Delta): void {
    this.#deltas.push(delta)
    this.#seq = delta.seq
    this.#elements += elementsIn(delta)
    for (
      let oldest = this.#deltas[0];
      oldest !== undefined && this.#elements > this.#mostElements;
      oldest = this.#deltas[0]
    ) {
      this.#elements -= elementsIn(oldest)
      this.#deltas.shift()
    }
    this.#events = [...this.#events, ...delta.events].slice(-this.#mostEvents)
  }

  events(): readonly NodeEvent[] {
    return this.#events
  }

  since(run: string, seq: number): readonly Delta[] | undefined {
    if (run !== this.#run || seq > this.#seq) return undefined
    if (seq === this.#seq) return []
    const first = this.#deltas.findIndex((delta) => delta.previous === seq)
    return first < 0 ? undefined : this.#deltas.slice(first)
  }
}

/** One for the delta itself. */
const elementsIn = ({ changed, removed }: Delta): number =>
  [...Object.values(changed), ...Object.values(removed)].reduce((sum, { length }) => sum + length, 1)
