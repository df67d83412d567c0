import { changes } from './state.ts'

/** How long a change is shown as one. */
const changeMs = 2000

/** Shows for a moment that these have changed: ids of rows and verdicts. */
export function noteChanges(ids: readonly string[]): void {
  if (ids.length === 0) return
  const noted = new Map(changes.peek())
  for (const id of ids) noted.set(id, (noted.get(id) ?? 0) + 1)
  changes.value = noted
  setTimeout(() => {
    const left = new Map(changes.peek())
    for (const id of ids) if (left.get(id) === noted.get(id)) left.delete(id)
    changes.value = left
  }, changeMs)
}
