import type { EngineBranch, ShimBranch, Tree, TreeNode } from '../model/forest.ts'
import type { ProcessKey } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'
import type { ContainerRoot } from './containers.ts'
import type { ShimRoot } from './shims.ts'

/** Engines at work, and the shims that they work for. */
export function findEngines(
  tree: Tree,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  shims: ReadonlyMap<ProcessKey, ShimRoot>,
): EngineBranch[] {
  const engines: EngineBranch[] = []
  for (const [key, recognition] of recognitions) {
    const node = tree.nodes.get(key)
    if (recognition.role !== 'engine' || node === undefined || node.process.state === 'Z') continue
    const shim = shimAbove(node, recognitions, shims)
    const engine = { node, recognition, shim: shim as ShimBranch | null }
    engines.push(engine)
    shim?.engines.push(engine)
  }
  return engines
}

/** Its parent, or that of the engine that started it. */
function shimAbove(
  { parent }: TreeNode,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  shims: ReadonlyMap<ProcessKey, ShimRoot>,
): ShimRoot | null {
  if (parent === null) return null
  const shim = shims.get(parent.process.key)
  if (shim !== undefined) return shim
  const isEngine = recognitions.get(parent.process.key)?.role === 'engine'
  return (isEngine && parent.parent !== null && shims.get(parent.parent.process.key)) || null
}

/** The engine that is creating a container. */
export const creationOf = (container: ContainerRoot, engines: readonly EngineBranch[]): TreeNode | undefined =>
  engines.find(
    ({ recognition, shim }) =>
      recognition.verb === 'create' && recognition.id === container.id && (shim === null || shim === container.shim),
  )?.node
