/** Items by their ties. */
export class TiedIndex<T extends object> {
  readonly #byTie = new Map<string, Set<T>>()

  add(item: T, ties: readonly string[]): void {
    for (const tie of ties) {
      const found = this.#byTie.get(tie)
      if (found === undefined) this.#byTie.set(tie, new Set([item]))
      else found.add(item)
    }
  }

  remove(item: T, ties: readonly string[]): void {
    for (const tie of ties) {
      const found = this.#byTie.get(tie)
      found?.delete(item)
      if (found?.size === 0) this.#byTie.delete(tie)
    }
  }

  sharing(ties: readonly string[]): T[] {
    return [...new Set(ties.flatMap((tie) => [...(this.#byTie.get(tie) ?? [])]))]
  }
}
