import type { Daemon } from '../../core/model/snapshot.ts'
import type { Metric } from './metric.ts'
import { Tally, tally } from './tally.ts'

export const daemons: Metric = {
  name: 'shimscope_daemons',
  help: 'Living daemons (containerd, dockerd, kubelet and their kin) by program.',
  type: 'gauge',
  labels: ['runtime'],
  series: ({ pass }) => tally(pass?.snapshot.daemons, ({ runtime }) => ({ runtime })),
}

export const daemonStartTime: Metric = {
  name: 'shimscope_daemon_start_time_seconds',
  help: 'When the daemon at this address started, as a Unix time; the youngest where nested nodes have several at one address.',
  type: 'gauge',
  labels: ['runtime', 'address'],
  series({ pass }) {
    const result = new Tally<'runtime' | 'address'>()
    for (const daemon of pass?.snapshot.daemons ?? []) {
      const seconds = Date.parse(daemon.startedAt) / 1000
      if (Number.isNaN(seconds)) continue
      for (const address of addressesOf(daemon)) result.max({ runtime: daemon.runtime, address }, seconds)
    }
    return result.series()
  },
}

export const daemonRestarts: Metric = {
  name: 'shimscope_daemon_restarts_total',
  help: 'Restarts of the daemon at this address that were seen since the agent started.',
  type: 'counter',
  labels: ['runtime', 'address'],
  series({ pass, counts }) {
    const result = new Tally<'runtime' | 'address'>()
    for (const { runtime, address, restarts } of counts.daemonRestarts.values())
      result.add({ runtime, address }, restarts)
    // A counter that only appears with its first restart hides that restart from increase().
    for (const daemon of pass?.snapshot.daemons ?? []) {
      for (const address of addressesOf(daemon)) result.add({ runtime: daemon.runtime, address }, 0)
    }
    return result.series()
  },
}

const addressesOf = ({ addresses }: Daemon): readonly string[] => (addresses.length === 0 ? [''] : addresses)
