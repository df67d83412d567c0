import type { VerdictRule } from '../model/verdict.ts'
import { byDaemon } from './by-daemon.ts'

const MOST_SHOWN = 5

/** An abstract socket has no permissions: whoever shares the node's network namespace may talk to the shim. */
export const shimAbstractSocket: VerdictRule = {
  code: 'shim-abstract-socket',
  severity: 'info',
  title: 'shims that listen at abstract sockets, which containers of the host network can reach',
  resembles: ['CVE-2020-15257', 'k3s-io/k3s#2618'],
  yieldsTo: [],
  judge: ({ shims }) =>
    byDaemon(shims.filter(({ use }) => use.path?.startsWith('@/containerd-shim/') === true)).map(
      ([subject, group]) => ({
        subject,
        severity: 'info',
        summary: 'shims listen at abstract sockets: a container of the host network that runs as root can command them',
        evidence: group.slice(0, MOST_SHOWN).map(({ use }) => ({
          source: `grep ${use.path} ${use.source}`,
          observed: 'a listener, and no file that could refuse anybody',
        })),
        next: 'containerd 1.3.9, 1.4.3 and later listen at files; shims that were started before an upgrade keep their abstract sockets until their pods are replaced.',
      }),
    ),
}
