import type { Tree } from '../model/forest.ts'
import type { CrossCheck, Disagreement, Kin, Oracle } from '../model/sight.ts'

/** ps knows whole seconds, and reckons them from a boot time that it rounds itself. */
const START_TOLERANCE_MS = 2_000

/** One look of our own, ready to be compared. */
export interface OwnPass {
  readonly kin: readonly (Kin & { readonly key: string })[]
}

/** Our tree as it is drawn: a parent that the tree did not take counts as none. */
export const ownPass = (tree: Tree, bootedAtMs: number): OwnPass => ({
  kin: [...tree.nodes.values()].map(({ process, parent }) => ({
    key: process.key,
    pid: process.pid,
    ppid: parent?.process.pid ?? 0,
    startedAtMs: bootedAtMs + process.startTicks * 10,
  })),
})

/**
 * The sandwich: our pass, the other's, our pass again. What is in both of ours was there all the time, so the other
 * must show it, with the parent that one of ours shows. What the other shows must be in one of ours.
 */
export function crossCheck(before: OwnPass, oracle: Oracle, after: OwnPass): CrossCheck {
  if ('skipped' in oracle) return { oracle: oracle.name, skipped: oracle.skipped }
  const theirs = new Map(oracle.kin.map((kin) => [kin.pid, kin]))
  const earlier = new Map(before.kin.map((kin) => [kin.key, kin]))
  const lasting = after.kin.filter(({ key }) => earlier.has(key))
  const disagreements = lasting.flatMap((now): readonly Disagreement[] => {
    const other = theirs.get(now.pid)
    if (other === undefined) return [{ kind: 'missing', pid: now.pid, ours: 'shown', theirs: 'not shown' }]
    const parents = new Set([now.ppid, earlier.get(now.key)?.ppid])
    return [...differentParent(now, other, parents, theirs), ...differentStart(now, other)]
  })
  const seen = new Set([...before.kin, ...after.kin].map(({ pid }) => pid))
  const extra = oracle.kin
    .filter(({ pid }) => !seen.has(pid))
    .map(({ pid }): Disagreement => ({ kind: 'extra', pid, ours: 'not shown', theirs: 'shown' }))
  return { oracle: oracle.name, compared: lasting.length, disagreements: [...disagreements, ...extra] }
}

function differentParent(
  own: Kin,
  other: Kin,
  parents: ReadonlySet<number | undefined>,
  theirs: ReadonlyMap<number, Kin>,
): readonly Disagreement[] {
  // Where the parent is hidden, or in another pid namespace, nobody is above.
  const ppid = theirs.has(other.ppid) ? other.ppid : 0
  if (parents.has(ppid)) return []
  return [{ kind: 'parent', pid: own.pid, ours: childOf(own.ppid), theirs: childOf(ppid) }]
}

const childOf = (ppid: number): string => (ppid === 0 ? "nobody's child" : `a child of ${ppid}`)

function differentStart(own: Kin, other: Kin): readonly Disagreement[] {
  const [ours, theirs] = [own.startedAtMs, other.startedAtMs]
  if (ours === null || theirs === null || Math.abs(ours - theirs) <= START_TOLERANCE_MS) return []
  return [
    {
      kind: 'start',
      pid: own.pid,
      ours: `from ${new Date(ours).toISOString()}`,
      theirs: `from ${new Date(theirs).toISOString()}`,
    },
  ]
}

/**
 * What several sandwiches agree on. A process that lived only while the other looked is no disagreement: it does not
 * come twice.
 */
export function persisting(last: CrossCheck, earlier: readonly CrossCheck[]): CrossCheck {
  if ('skipped' in last) return last
  const same = (one: Disagreement, other: Disagreement): boolean => one.kind === other.kind && one.pid === other.pid
  return {
    ...last,
    disagreements: last.disagreements.filter((one) =>
      earlier.every((check) => 'disagreements' in check && check.disagreements.some((other) => same(one, other))),
    ),
  }
}
