import { stringify } from 'yaml'
import { agentAlerts } from './agent-alerts.ts'
import type { Alert, Case } from './alert.ts'
import { fleetAlerts } from './fleet-alerts.ts'
import { recordings } from './recordings.ts'
import { verdictAlerts } from './verdict-alerts.ts'

export const alerts: readonly Alert[] = [...verdictAlerts, ...fleetAlerts, ...agentAlerts]

const ruleOf = ({ name, expr, lasting, severity, summary, description, runbook }: Alert) => ({
  alert: name,
  expr,
  for: lasting,
  labels: { severity },
  annotations: { summary, description, runbook_url: runbookUrl(runbook) },
})

/** Where this repository is published is for its users to say: see the README beside the rules. */
const runbookUrl = (runbook: string): string => `runbooks/${runbook}`

const groups = [
  { name: 'shimscope.rules', rules: recordings },
  { name: 'shimscope.verdicts', rules: verdictAlerts.map(ruleOf) },
  { name: 'shimscope.fleet', rules: fleetAlerts.map(ruleOf) },
  { name: 'shimscope.agents', rules: agentAlerts.map(ruleOf) },
]

/** As Prometheus loads them. */
export const rulesFile = (): string => yaml({ groups })

/** The same for the Prometheus operator. */
export const prometheusRule = (): string =>
  yaml({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'shimscope', labels: { 'app.kubernetes.io/name': 'shimscope' } },
    spec: { groups },
  })

/** For `promtool test rules`: every alert where it must be told, and where it must not. */
export const testsFile = (rulesName: string): string =>
  yaml({
    rule_files: [rulesName],
    evaluation_interval: '1m',
    tests: alerts.flatMap((alert) => [
      testOf(alert, alert.firing, `${alert.name}, ${alert.severity}: is told`),
      testOf(alert, alert.quiet, `${alert.name}, ${alert.severity}: keeps quiet`),
    ]),
  })

const testOf = (
  { name, severity, summary, runbook }: Alert,
  { series, atMinutes, told = [] }: Case,
  title: string,
) => ({
  name: title,
  interval: '1m',
  input_series: Object.entries(series).map(([text, values]) => ({ series: text, values })),
  alert_rule_test: [
    {
      alertname: name,
      eval_time: `${atMinutes}m`,
      exp_alerts: told.map(({ labels, description }) => ({
        exp_labels: { ...labels, severity },
        exp_annotations: { summary, description, runbook_url: runbookUrl(runbook) },
      })),
    },
  ],
})

const yaml = (content: unknown): string =>
  `# Made by \`npm run generate\` from deploy/prometheus/source: do not edit.\n${stringify(content, { lineWidth: 0 })}`
