import type { VerdictRule } from '../model/verdict.ts'
import { calledShim, rows, runningIn, runsVm, shimSubject } from './shim-evidence.ts'

/** No live daemon for its address: after a crash, an uninstall, or while the daemon is being restarted. */
export const shimDaemonless: VerdictRule = {
  code: 'shim-daemonless',
  severity: 'critical',
  milder: 'warning',
  title: "nobody listens at the address of a shim's daemon",
  resembles: ['k3s-io/k3s#1965', 'canonical/microk8s#3512', 'k3s-io/k3s#4191'],
  yieldsTo: ['shim-leaked', 'shim-abandoned', 'shim-wedged', 'daemon-restarting'],
  judge: ({ shims, host }) =>
    shims.flatMap((shim) => {
      if (shim.orphanedBy !== 'no-daemon') return []
      const running = runningIn(shim)
      const machine = runsVm(shim)
      const table = host.unixTables.find(
        (candidate) =>
          shim.node.process.detail?.unixTable.kind === 'known' &&
          candidate.id === shim.node.process.detail.unixTable.value,
      )
      return {
        subject: shimSubject(shim),
        severity: running.length > 0 || machine ? 'critical' : 'warning',
        summary: `nobody listens at ${shim.address}, the daemon of ${calledShim(shim)}, which keeps ${machine ? 'a virtual machine' : rows(running.length, 'running container')}`,
        evidence: [
          { source: `/proc/${shim.node.process.pid}/cmdline`, observed: `-address ${shim.address}` },
          { source: `grep ${shim.address} ${table?.source ?? '/proc/net/unix'}`, observed: 'no listener' },
        ],
        next: 'The containers go on without it. Start the daemon again: it takes its shims back. Look at why it ended first (journalctl, dmesg).',
        explains: shim.containers.map(({ key }) => key),
      }
    }),
}
