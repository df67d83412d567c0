import type { TreeNode } from '../model/forest.ts'
import type { Past } from '../model/memory.ts'

/** A leader may end before its threads, and shows as a zombie that nobody could reap. */
export function isDead({ process }: TreeNode, past: Past): boolean {
  if (process.state !== 'Z') return false
  const threads = process.detail?.threadStates
  if (past.usageOf(process).threads <= 1) return true
  return threads?.kind === 'known' && threads.value.every(({ state }) => state === 'Z' || state === 'X')
}
