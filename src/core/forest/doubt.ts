import type { Tree, TreeNode } from '../model/forest.ts'
import type { ProcessKey, ProcessSample } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'
import type { ContainerRoot } from './containers.ts'
import { ancestors } from './walk.ts'

/**
 * What could not be read may change everything: a shim whose command line is denied looks like no shim, and what it
 * keeps like nobody's. Where such a one may be, absence is not concluded.
 */
export interface Doubt {
  /** Some daemon may be there that was not recognised. */
  readonly mayBeServed: boolean
  /** Some shim may be there that was not recognised, and bundles with it. */
  readonly mayHideShims: boolean
  /** Its parent was not seen, or somebody above it is or may be a keeper. */
  mayBeKept(container: ContainerRoot): boolean
}

export function doubtsIn(
  tree: Tree,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
  resembles: (process: ProcessSample) => 'daemon' | 'shim' | undefined,
): Doubt {
  // Anybody in a container may take such a name, and must not silence a verdict about the node by it.
  const mayBe = (node: TreeNode, role: 'daemon' | 'shim'): boolean =>
    node.process.state !== 'Z' &&
    !recognitions.has(node.process.key) &&
    !containerOf.has(node.process.key) &&
    resembles(node.process) === role
  return {
    mayBeServed: [...tree.nodes.values()].some((node) => mayBe(node, 'daemon')),
    mayHideShims: [...tree.nodes.values()].some((node) => mayBe(node, 'shim')),
    mayBeKept: ({ init }) =>
      init?.parent == null ||
      [...ancestors(init)].some((node) => recognitions.get(node.process.key)?.role === 'shim' || mayBe(node, 'shim')),
  }
}
