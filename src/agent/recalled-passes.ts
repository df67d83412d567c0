import type { NodeFacts } from './agent.ts'
import type { PassOutcome } from './pass-runner.ts'
import type { Passes } from './passes.ts'

/** Of what no snapshot holds nothing is known. */
const facts: NodeFacts = { pidMax: null, zombies: null, audit: { rounds: 0, differences: {} } }

/** Moments that were inspected before and elsewhere, one a pass. */
export function recalledPasses(moments: Iterable<Pick<PassOutcome, 'snapshot' | 'delta'>>): Passes {
  const rest = moments[Symbol.iterator]()
  return {
    async next() {
      const { value: moment, done } = rest.next()
      return done === true ? false : { snapshot: moment.snapshot, delta: moment.delta, facts }
    },
    processes: async () => undefined,
    close: async () => {},
  }
}
