import type { VerdictRule } from '../model/verdict.ts'
import { calledShim, rows, shimSubject } from './shim-evidence.ts'

/** A shim that answers nobody: its daemon hangs in every call about its containers, and even in its own start. */
export const shimWedged: VerdictRule = {
  code: 'shim-wedged',
  severity: 'critical',
  title: 'a shim that is stopped, or accepts no connection',
  resembles: [
    'containerd/containerd#13848',
    'containerd/containerd#2578',
    'containerd/containerd#3440',
    'google/gvisor#14427',
  ],
  yieldsTo: [],
  judge: ({ shims }) =>
    shims.flatMap((shim) => {
      const { process } = shim.node
      const waiting = shim.use.unaccepted ?? 0
      const stopped = process.state === 'T'
      if (!stopped && waiting === 0) return []
      const table = shim.use.source
      return {
        subject: shimSubject(shim),
        severity: 'critical',
        summary: stopped
          ? `${calledShim(shim)} is stopped: it answers nobody`
          : `${calledShim(shim)} does not accept ${rows(waiting, 'connection')} that its daemon has made`,
        evidence: [
          { source: `/proc/${process.pid}/stat`, observed: `${process.pid} (${process.comm}) ${process.state}` },
          ...(waiting === 0 || table === null
            ? []
            : [
                {
                  source: `grep ${shim.use.path} ${table}`,
                  observed: `${rows(waiting, 'row')} with St 02, not accepted`,
                },
              ]),
        ],
        next: stopped
          ? `Find out who stopped it (a debugger, kill -STOP). kill -CONT ${process.pid} lets it go on and ends nothing.`
          : `kill -USR1 ${process.pid} makes a Go shim print its goroutines to the daemon's log and ends nothing: keep that before the shim is ended.`,
        // Its daemon may hang in its own start because of it, and be started again and again: containerd/containerd#13848
        explains: [
          ...shim.containers.map(({ key }) => key),
          ...(shim.address === null ? [] : [shim.address]),
          ...shim.recognition.runtime.expects.daemons,
        ],
      }
    }),
}
