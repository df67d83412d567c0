import type { ContainerBranch } from '../model/forest.ts'
import type { Container } from '../model/snapshot.ts'
import type { ContainerRoot } from './containers.ts'

/**
 * Gives every container its key, and what was known of it before. Two of one id under one daemon are the fault that a
 * verdict is to name: the later ones are told apart by their init.
 */
export function identify(containers: readonly ContainerRoot[], remembered: readonly Container[]): void {
  const given = new Set<string>()
  const byKey = new Map(remembered.map((before) => [before.key, before]))
  for (const container of containers) {
    const earlier = container.shim === null ? withInit(container, remembered) : undefined
    // A container keeps the key that it had while its shim still told where it belongs, or while none was there yet.
    const key = earlier?.key ?? keyBeforeShim(container, byKey) ?? keyOf(container as ContainerBranch)
    container.key = given.has(key) ? `${key}#${container.init?.process.key ?? given.size}` : key
    given.add(container.key)
    if (container.bundle === null) recall(container, earlier ?? byKey.get(container.key))
  }
}

const withInit = ({ id, init }: ContainerRoot, remembered: readonly Container[]): Container | undefined =>
  remembered.find((before) => before.id === id && before.initPid === (init?.process.pid ?? null))

/** containerd makes the bundle before the shim: a container that was seen then is the same with its shim. */
function keyBeforeShim(container: ContainerRoot, byKey: ReadonlyMap<string, Container>): string | undefined {
  if (container.shim === null) return undefined
  const key = keyOf({ ...(container as ContainerBranch), shim: null })
  const before = byKey.get(key)
  const isSame = before !== undefined && (before.initPid === null || before.initPid === container.init?.process.pid)
  return isSame ? key : undefined
}

/** A bundle that is gone cannot be asked again: what it said stays true of the same container. */
function recall(container: ContainerRoot, before: Container | undefined): void {
  if (before === undefined) return
  container.name ??= before.name
  container.image ??= before.image
  if (before.pod !== null && container.pod?.name == null) container.pod = before.pod
}

/** Ids repeat across namespaces, daemons and nested nodes, so a key names them all. */
function keyOf(container: Pick<ContainerBranch, 'shim' | 'manager' | 'containerdNamespace' | 'id' | 'within'>): string {
  const owner = container.shim?.address ?? container.manager
  const nested = container.within === null ? '' : `@${keyOf(container.within)}`
  return `${owner}/${container.containerdNamespace ?? '-'}/${container.id}${nested}`
}
