import fc from 'fast-check'
import { aContainer, aDaemon, aShim, aVerdict } from './nodes.ts'

// Few pids and ids, so that two arbitrary snapshots share many keys; ids on both sides of the surrogate range, where code
// unit order and code point order differ.
const pid = fc.integer({ min: 1, max: 12 })
const id = fc.constantFrom('a', 'b', 'B', 'aa', '10', '9', '\uff5e', '😀', '')
const keyed = <T extends { key: string }>(element: fc.Arbitrary<T>) =>
  fc.uniqueArray(element, { selector: (item) => item.key, maxLength: 10 })
/** The four arrays of a snapshot, not yet sorted. */
export const collections = fc.record({
  daemons: keyed(
    fc
      .tuple(pid, fc.constantFrom('starting' as const, 'listening' as const))
      .map(([pid, state]) => aDaemon({ pid, state })),
  ),
  shims: keyed(
    fc
      .tuple(pid, fc.constantFrom('managed' as const, 'orphaned' as const))
      .map(([pid, supervision]) => aShim({ pid, supervision })),
  ),
  containers: keyed(
    fc
      .tuple(
        id,
        fc.constantFrom('created' as const, 'running' as const, 'paused' as const),
        fc.array(pid, { maxLength: 2 }),
      )
      .map(([id, state, execs]) => aContainer({ id, state, execs })),
  ),
  verdicts: keyed(
    fc
      .tuple(id, fc.constantFrom('pending' as const, 'firing' as const))
      .map(([id, status]) => aVerdict({ subject: { kind: 'container', id }, status })),
  ),
})
