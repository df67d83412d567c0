import type { DaemonBranch, Forest, TreeNode } from '../model/forest.ts'
import type { DaemonLife, Memory } from '../model/memory.ts'
import { valueOf } from '../model/reading.ts'

/** A daemon that ended this long ago is history. */
const REMEMBERED_MS = 10 * 60_000
const MOST_LIVES = 16
const MOST_DAEMONS = 64

type Lives = Memory['daemonLives']

/**
 * A service manager starts a daemon with the same command line each time: that is what names it from one life to the
 * next, while pid and start change.
 */
export function livesOf({ host, tree, daemons }: Forest, before: Lives): Lives {
  const lives = new Map(before)
  for (const daemon of daemons) {
    const name = nameOf(daemon)
    lives.set(name, withLife(lives.get(name) ?? [], daemon))
  }
  const remembered = [...lives].flatMap(([name, all]) => {
    const kept = all
      // What can't be seen now may be hidden, and is not known to have ended.
      .map((life) =>
        life.endedMs !== null || tree.nodes.has(life.key) || !host.complete
          ? life
          : { ...life, endedMs: host.uptimeMs },
      )
      .filter(({ endedMs }) => endedMs === null || host.uptimeMs - endedMs < REMEMBERED_MS)
    return kept.length === 0 ? [] : [[name, kept.slice(-MOST_LIVES)] as const]
  })
  return new Map(remembered.slice(-MOST_DAEMONS))
}

function withLife(
  lives: readonly DaemonLife[],
  { node, recognition, addresses, state, within }: DaemonBranch,
): DaemonLife[] {
  const { key, pid } = node.process
  const known = lives.find((life) => life.key === key)
  const life: DaemonLife = {
    key,
    pid,
    program: recognition.runtime.program,
    within: within?.key ?? null,
    endedMs: null,
    addresses: state === 'listening' ? addresses : (known?.addresses ?? []),
  }
  return known === undefined ? [...lives, life] : lives.map((other) => (other === known ? life : other))
}

function nameOf({ node, recognition, within }: DaemonBranch): string {
  const argv = valueOf(node.process.argv) ?? []
  return [recognition.runtime.program, within?.key ?? unknownPlace(node), ...argv].join('\0')
}

/** In a pid namespace that is no container's, as `unshare` makes one, its parent tells that one from others like it. */
function unknownPlace({ process, parent }: TreeNode): string {
  const innerPids = process.detail === undefined ? null : valueOf(process.detail.innerPids)
  return innerPids !== null && innerPids.length > 1 ? (parent?.process.key ?? '') : ''
}
