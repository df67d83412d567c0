import type { Alert } from './alert.ts'
import { nodesWithVerdict, shareWithVerdict } from './recordings.ts'
import { spread } from './settings.ts'

const nodes = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `node-${index}`)

/** Forty agents, of which so many have the verdict. */
const fleet = (withVerdict: number, severity: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    nodes(40).flatMap((instance, index) => [
      [`shimscope_build_info{job="shimscope",instance="${instance}"}`, '1x40'],
      [
        `shimscope_verdicts{code="shim-leaked",severity="${severity}",status="firing",job="shimscope",instance="${instance}"}`,
        index < withVerdict ? '1x40' : '0x40',
      ],
    ]),
  )

export const fleetAlerts: readonly Alert[] = [
  {
    name: 'ShimscopeVerdictSpread',
    severity: 'critical',
    // What is merely worth knowing is often on every node at once, and rightly: replaced programs after an upgrade, say.
    expr: [
      `${shareWithVerdict}{severity!="info"} > ${spread.ratio}`,
      `and ${nodesWithVerdict} >= ${spread.nodes}`,
    ].join('\n'),
    lasting: '5m',
    summary: 'The same verdict is on many nodes at once.',
    description:
      '{{ $labels.code }} fires on {{ $value | humanizePercentage }} of the nodes. So many at once are a roll-out (of containerd, the kernel, a base image or a workload) rather than nodes that fail: stop it first.',
    runbook: 'alerts/verdict-spread.md',
    firing: {
      series: fleet(10, 'warning'),
      atMinutes: 20,
      told: [
        {
          labels: { code: 'shim-leaked', job: 'shimscope' },
          description:
            'shim-leaked fires on 25% of the nodes. So many at once are a roll-out (of containerd, the kernel, a base image or a workload) rather than nodes that fail: stop it first.',
        },
      ],
    },
    // Four of forty are exactly a tenth, and not more.
    quiet: { series: fleet(4, 'warning'), atMinutes: 20 },
  },
]
