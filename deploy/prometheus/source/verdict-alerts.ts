import type { Severity } from '../../../src/core/model/snapshot.ts'
import { verdictRules } from '../../../src/core/verdicts/index.ts'
import type { Alert } from './alert.ts'
import { lastingOf, perNode } from './settings.ts'

type Row = Pick<(typeof verdictRules)[number], 'code' | 'title'>

/** One for each verdict worth waking for, straight from the table: what is merely worth knowing alerts nobody. */
export const verdictAlerts: readonly Alert[] = verdictRules.flatMap(({ code, title, severity, milder }) =>
  [severity, ...(milder === undefined ? [] : [milder])]
    .filter((level) => level !== 'info')
    .map((level) => alertOf({ code, title }, level)),
)

function alertOf({ code, title }: Row, severity: Severity): Alert {
  const firing = `shimscope_verdicts{code="${code}",severity="${severity}",status="firing"} > 0`
  const node = 'job="shimscope",instance="node-1"'
  const count = (status: string, series = node) =>
    `shimscope_verdicts{code="${code}",severity="${severity}",status="${status}",${series}}`
  const info = `shimscope_verdict_info{code="${code}",namespace="shop",pod="web-1",container="app",${node}}`
  const evidence = `shimscope verdicts shows the evidence there, shimscope explain ${code} what to do.`
  return {
    name: `Shimscope${camel(code)}`,
    severity,
    // Named one by one as far as the agent names them: it caps that list, and what it leaves out is told by node.
    expr: [`shimscope_verdict_info{code="${code}"} and on (${perNode}) ${firing}`, `or on (${perNode})`, firing].join(
      '\n',
    ),
    lasting: lastingOf[severity],
    summary: sentence(title),
    description: `{{ if $labels.pod }}Pod {{ with $labels.namespace }}{{ . }}/{{ end }}{{ $labels.pod }}{{ with $labels.container }} (container {{ . }}){{ end }} on {{ else if $labels.container }}Container {{ $labels.container }} on {{ end }}{{ $labels.instance }}: ${title}. ${evidence}`,
    runbook: `${code}.md`,
    firing: {
      series: {
        [count('firing')]: '1x60',
        [info]: '1x60',
        // This agent has too many to name, and leaves this one out.
        [count('firing', 'job="shimscope",instance="node-2"')]: '3x60',
      },
      atMinutes: 20,
      told: [
        {
          labels: { code, namespace: 'shop', pod: 'web-1', container: 'app', job: 'shimscope', instance: 'node-1' },
          description: `Pod shop/web-1 (container app) on node-1: ${title}. ${evidence}`,
        },
        {
          labels: { code, status: 'firing', job: 'shimscope', instance: 'node-2' },
          description: `node-2: ${title}. ${evidence}`,
        },
      ],
    },
    quiet: {
      series: {
        [count('firing')]: '0x60',
        [count('pending')]: '4x60',
        // For a minute only.
        [count('firing', 'job="shimscope",instance="node-2"')]: '0x17 1 1 0x40',
      },
      atMinutes: 20,
    },
  }
}

function camel(code: string): string {
  return code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function sentence(title: string): string {
  return `${title[0]?.toUpperCase() ?? ''}${title.slice(1)}.`
}
