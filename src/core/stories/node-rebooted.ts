import type { Snapshot } from '../model/snapshot.ts'
import type { Story } from '../model/story.ts'
import { count } from './wording.ts'

/** Two looks with another boot id: every process of the first is gone, whatever else is to be seen. random(4) */
export const nodeRebooted = (before: Snapshot, after: Snapshot): Story => ({
  id: `node-rebooted ${after.bootId}`,
  kind: 'node-rebooted',
  since: before.takenAt,
  until: after.takenAt,
  summary: `the node was rebooted: ${count(before.shims.length, 'shim')} and ${count(before.containers.length, 'container')} of before are gone`,
  proof: [
    {
      source: '/proc/sys/kernel/random/boot_id',
      observed: `${before.bootId} at ${before.takenAt}, ${after.bootId} at ${after.takenAt}`,
    },
  ],
  settled: true,
  members: [],
})
