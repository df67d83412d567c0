import type { Doubts, Tree, TreeNode } from '../model/forest.ts'
import type { ProcessKey, ProcessSample } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'
import type { ContainerRoot } from './containers.ts'
import { ancestors } from './walk.ts'

export type Resemblance = 'daemon' | 'shim' | 'machine'
/** What a process that was not recognised may be all the same: the shape that the resembler of runtimes/ has. */
export type ResembledBy = (process: ProcessSample) => Resemblance | undefined

/**
 * What could not be read may change everything: a shim whose command line is denied looks like no shim, and what it
 * keeps like nobody's. Where such a one may be, absence is not concluded.
 */
export interface Doubt extends Doubts {
  /** Its parent was not seen, or somebody above it is or may be a keeper. */
  mayBeKept(container: ContainerRoot): boolean
}

/** Its command line was denied or malformed, or is empty: its comm is all that there is. */
export const isNameless = ({ argv }: ProcessSample): boolean => argv.kind !== 'known' || !argv.value[0]

export function doubtsIn(
  tree: Tree,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
  resembles: ResembledBy,
): Doubt {
  const unrecognised = (node: TreeNode): Resemblance | undefined =>
    node.process.state === 'Z' || recognitions.has(node.process.key) ? undefined : resembles(node.process)
  // Anybody in a container may take such a name, and must not silence a verdict about the node by it.
  const mayBe = (node: TreeNode): Resemblance | undefined =>
    containerOf.has(node.process.key) ? undefined : unrecognised(node)
  const there = new Set([...tree.nodes.values()].map(mayBe))
  return {
    mayBeDaemon: there.has('daemon'),
    mayBeShim: there.has('shim'),
    mayBeMachine: there.has('machine'),
    mayBeKept: ({ init }) =>
      init?.parent == null ||
      [...ancestors(init)].some(
        (node) => recognitions.get(node.process.key)?.role === 'shim' || mayBe(node) === 'shim',
      ),
  }
}
