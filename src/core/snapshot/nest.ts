import type { Collections } from '../model/event.ts'
import type { Container, Daemon, Shim, Verdict } from '../model/snapshot.ts'

/** One element of the forest, with the verdicts about it and what it keeps. */
export type Branch = Element & { readonly verdicts: readonly Verdict[]; readonly children: readonly Branch[] }

type Element =
  | { readonly kind: 'daemon'; readonly key: string; readonly daemon: Daemon }
  | { readonly kind: 'shim'; readonly key: string; readonly shim: Shim }
  | { readonly kind: 'container'; readonly key: string; readonly container: Container }

/** An element and the ids of those that may keep it, nearest first. */
interface Leaf {
  readonly id: string
  readonly keepers: readonly string[]
  readonly element: Element
}

/**
 * The four arrays as the forest that people picture: a daemon holds its shims, a shim its containers, a container the
 * daemons that run inside it. What nobody keeps stands at the top. Every element is in it exactly once, also where the
 * references lead in a circle; siblings are in the order of their arrays, a sandbox before its containers.
 */
export function nest(collections: Collections): readonly Branch[] {
  const leaves = [...leavesOf(collections)]
  const about = group(collections.verdicts, ({ subject }) => idOf(subject.kind, subject.key ?? ''))
  const ids = new Set(leaves.map(({ id }) => id))
  const kept = group(leaves, ({ keepers }) => keepers.find((keeper) => ids.has(keeper)) ?? '')
  const placed = new Set<string>()
  const grow = ({ id, element }: Leaf): Branch => {
    placed.add(id)
    const children = (kept.get(id) ?? []).flatMap((leaf) => (placed.has(leaf.id) ? [] : [grow(leaf)]))
    return { ...element, verdicts: about.get(id) ?? [], children }
  }
  const roots = (kept.get('') ?? []).map(grow)
  // Left are elements that keep each other in a circle: begin anywhere.
  for (const leaf of leaves) if (!placed.has(leaf.id)) roots.push(grow(leaf))
  return roots
}

function* leavesOf({ daemons, shims, containers }: Collections): Generator<Leaf> {
  for (const daemon of daemons) {
    const { key } = daemon
    yield { id: idOf('daemon', key), keepers: keepers(null, daemon.within), element: { kind: 'daemon', key, daemon } }
  }
  for (const shim of shims) {
    const { key } = shim
    const daemon = shim.daemon && idOf('daemon', shim.daemon)
    yield { id: idOf('shim', key), keepers: keepers(daemon, shim.within), element: { kind: 'shim', key, shim } }
  }
  for (const role of ['sandbox', 'container']) {
    for (const container of containers) {
      if (container.role !== role) continue
      const { key } = container
      const shim = container.shim && idOf('shim', container.shim)
      yield {
        id: idOf('container', key),
        keepers: keepers(shim, container.within),
        element: { kind: 'container', key, container },
      }
    }
  }
}

const idOf = (kind: string, key: string): string => `${kind}|${key}`

const keepers = (owner: string | null, within: string | null): string[] =>
  [owner, within && idOf('container', within)].filter((id) => id !== null)

function group<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
