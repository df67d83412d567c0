import type { Delta, NodeEvent } from '../core/model/event.ts'

/** The last deltas and events, so that a client that was away for a moment need not start anew. */
export class History {
  readonly #mostDeltas: number
  readonly #mostEvents: number
  #run = ''
  #seq = 0
  #deltas: Delta[] = []
  #events: NodeEvent[] = []

  constructor(options: { readonly mostDeltas: number; readonly mostEvents: number }) {
    this.#mostDeltas = options.mostDeltas
    this.#mostEvents = options.mostEvents
  }

  /** Another run counts from the start: nothing of the old one leads there. */
  begin(run: string, seq: number): void {
    this.#run = run
    this.#seq = seq
    this.#deltas = []
  }

  add(delta: Delta): void {
    this.#deltas.push(delta)
    this.#seq = delta.seq
    if (this.#deltas.length > this.#mostDeltas) this.#deltas = this.#deltas.slice(-this.#mostDeltas)
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
