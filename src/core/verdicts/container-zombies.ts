import type { ContainerBranch, TreeNode } from '../model/forest.ts'
import type { Past } from '../model/memory.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { isDead } from './dead.ts'
import { calledAs, rows } from './shim-evidence.ts'

const MOST_SHOWN = 5

/** The container's first process does not reap: its image was made to have no orphans, and has some. */
export const containerZombies: VerdictRule = {
  code: 'container-zombies',
  severity: 'warning',
  title: "zombies that a container's init does not reap",
  resembles: [
    'containerd/containerd#4255',
    'containerd/containerd#5153',
    'containerd/containerd#9979',
    'kubernetes/kubernetes#81042',
  ],
  yieldsTo: ['container-init-zombie', 'shim-wedged', 'shim-abandoned', 'shim-zombie'],
  judge: ({ containers, recognitions }, past) =>
    containers.flatMap((container) => {
      const { init } = container
      // Zombies with a keeper's name are for shim-zombie to speak about.
      const zombies = unreaped(container, past).filter(
        ({ process }) => recognitions.get(process.key)?.role !== 'remains',
      )
      if (init === null || zombies.length === 0) return []
      const { process } = init
      return {
        subject: { kind: 'container', key: container.key, id: container.id, pid: process.pid },
        severity: 'warning',
        summary: `${calledAs(container)}: its init ${process.comm} (pid ${process.pid}) does not reap its children`,
        evidence: zombies.slice(0, MOST_SHOWN).map((zombie) => ({
          source: `/proc/${zombie.process.pid}/stat`,
          observed: `${zombie.process.pid} (${zombie.process.comm}) Z ${zombie.process.ppid}`,
        })),
        next: `${rows(1, 'zombie')} costs a pid and nothing else; when they grow, pids run out. The image needs an init that reaps (docker --init, tini, shareProcessNamespace).`,
        // One that stays is the fault; several that each come and go are not.
        witnesses: zombies.map((zombie) => zombie.process.key),
      }
    }),
}

function unreaped({ init, state, members }: ContainerBranch, past: Past): TreeNode[] {
  // A paused init cannot reap, and one that waits for its start has not begun to.
  if (init === null || state !== 'running' || init.process.exiting) return []
  return members.filter((node) => node.parent === init && isDead(node, past))
}
