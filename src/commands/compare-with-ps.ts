import { fallbacks } from '../config.ts'
import type { CrossCheck, Examination, Kin } from '../core/model/sight.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { crossCheck, type OwnPass, persisting } from '../core/sight/cross-check.ts'
import { askPidtree, askPsList } from '../sources/ask-ps.ts'
import { liveSource } from '../sources/live.ts'

/** Processes come and go while two readers look one after the other; what is wrong is wrong each time. */
const SANDWICHES = 3

type Answer = { readonly kin: readonly Kin[] } | { readonly skipped: string }

const oracles: readonly { readonly name: string; readonly ask: () => Promise<Answer> }[] = [
  {
    name: 'ps-list',
    async ask() {
      const asked = await askPsList()
      if ('skipped' in asked) return asked
      const kin = asked.rows.map(({ pid, ppid, startTime }) => ({
        pid,
        ppid,
        startedAtMs: startTime?.getTime() ?? null,
      }))
      return { kin }
    },
  },
  {
    name: 'pidtree',
    async ask() {
      const asked = await askPidtree()
      if ('skipped' in asked) return asked
      return { kin: asked.rows.map(({ pid, ppid }) => ({ pid, ppid, startedAtMs: null })) }
    },
  },
]

/** @param look one more pass of our own; each ends one sandwich and begins the next. */
export async function compareWithPs(first: OwnPass, look: () => Promise<OwnPass>): Promise<CrossCheck[]> {
  const checks: CrossCheck[] = []
  let before = first
  for (const { name, ask } of oracles) {
    const tries: CrossCheck[] = []
    for (let isSettled = false; !isSettled; ) {
      const answer = await ask()
      const after = 'skipped' in answer ? before : await look()
      const check = persisting(crossCheck(before, { name, ...answer }, after), tries)
      before = after
      tries.push(check)
      isSettled = 'skipped' in check || check.disagreements.length === 0 || tries.length === SANDWICHES
      if (isSettled) checks.push(check)
    }
  }
  return checks
}

export const notCompared = (why: string): CrossCheck[] => oracles.map(({ name }) => ({ oracle: name, skipped: why }))

/** Both libraries read this process's own pid namespace at the usual place, whatever procfs we look at. */
export function whyNotComparable(
  source: Snapshot['pass']['source'],
  { self, pid, livesThere }: Examination,
  procfs: string,
): string | undefined {
  if (source === 'archive') return 'a recording has no ps'
  if (self === null) return `${procfs} does not show this process, and ps shows the pid namespace that it is in`
  if (!livesThere)
    return `this process is ${self} in ${procfs} and ${pid} in its own pid namespace, which is the one that ps shows`
  const usual = liveSource(fallbacks()).link('/proc/self')
  if (usual.kind !== 'known' || usual.value !== String(pid))
    return 'the /proc that ps reads is not of this pid namespace'
  return undefined
}
