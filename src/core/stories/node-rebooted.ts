import type { Reboot, Story } from '../model/story.ts'
import { count } from './wording.ts'

/** Another boot id: every process of the look before is gone, whatever else is to be seen. random(4) */
export const nodeRebooted = ({ before, after }: Reboot): Story => ({
  id: `node-rebooted ${after.bootId}`,
  kind: 'node-rebooted',
  since: before.takenAt,
  until: after.takenAt,
  summary: `the node was rebooted: ${count(before.shims, 'shim')} and ${count(before.containers, 'container')} of before are gone`,
  proof: [
    {
      source: '/proc/sys/kernel/random/boot_id',
      observed: `${before.bootId} at ${before.takenAt}, ${after.bootId} at ${after.takenAt}`,
    },
  ],
  settled: true,
  members: [],
})
