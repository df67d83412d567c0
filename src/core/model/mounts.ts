import type { ProcessSample } from './process.ts'
import { valueOf } from './reading.ts'

/** Its own mount namespace. */
export const mountsOf = ({ detail }: ProcessSample): number | null =>
  detail === undefined ? null : valueOf(detail.mountNamespace)

/**
 * The mount namespace in which others know a shim's files. One that leaves it while it starts (kata) took a copy along:
 * it is that of the init that adopted it. Anybody else's child is taken by its own, lest a container's process pass as one.
 */
export function mountsAround(shim: ProcessSample, parent: ProcessSample | undefined): number | null {
  const above = parent?.detail === undefined ? null : valueOf(parent.detail.innerPids)
  const own = shim.detail === undefined ? null : valueOf(shim.detail.innerPids)
  if (parent === undefined || above === null || own === null) return null
  // As deep as its parent, it is in the same pid namespace.
  return above.at(-1) === 1 && above.length === own.length ? mountsOf(parent) : mountsOf(shim)
}
