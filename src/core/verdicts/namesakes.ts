import type { Forest, ShimBranch } from '../model/forest.ts'
import { valueOf } from '../model/reading.ts'

/** Shims of one id, in groups of two and more: ids repeat on nested nodes, and so do addresses, so that counts too. */
export function namesakes({ shims }: Pick<Forest, 'shims'>): ShimBranch[][] {
  const byIdentity = new Map<string, ShimBranch[]>()
  for (const shim of shims) {
    const { id, address, containerdNamespace, recognition, within } = shim
    if (id === null) continue
    const where = address ?? recognition.bundle ?? ''
    const identity = [recognition.runtime.program, where, containerdNamespace, id, within?.key].join('\0')
    const group = byIdentity.get(identity)
    if (group === undefined) byIdentity.set(identity, [shim])
    else group.push(shim)
  }
  return [...byIdentity.values()].filter(({ length }) => length > 1)
}

/** Where it has its files: one address in two mount namespaces is two daemons. */
export const mountsOf = ({ node }: ShimBranch): number | null =>
  node.process.detail === undefined ? null : valueOf(node.process.detail.mountNamespace)
