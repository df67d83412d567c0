import type { Alert } from './alert.ts'
import { agents, lastingOf, perNode, staleSeconds } from './settings.ts'

const node = { job: 'shimscope', instance: 'node-1' }
const onNode = 'job="shimscope",instance="node-1"'

/** Whoever watches must be watched: an agent that sees nothing raises no verdict. */
export const agentAlerts: readonly Alert[] = [
  {
    name: 'ShimscopeAgentDown',
    severity: 'warning',
    expr: `up{${agents}} == 0`,
    lasting: '10m',
    summary: 'An agent does not answer Prometheus.',
    description:
      'The agent on {{ $labels.instance }} cannot be scraped: nothing is known of that node, and no verdict will be raised there.',
    runbook: 'alerts/agent-down.md',
    firing: {
      series: { [`up{${onNode}}`]: '1x5 0x30', 'up{job="monitoring/shimscope",instance="node-2"}': '0x30' },
      atMinutes: 20,
      told: [
        {
          labels: node,
          description:
            'The agent on node-1 cannot be scraped: nothing is known of that node, and no verdict will be raised there.',
        },
        {
          labels: { job: 'monitoring/shimscope', instance: 'node-2' },
          description:
            'The agent on node-2 cannot be scraped: nothing is known of that node, and no verdict will be raised there.',
        },
      ],
    },
    quiet: {
      series: { [`up{${onNode}}`]: '1x12 0 0 1x20', 'up{job="another",instance="node-1"}': '0x30' },
      atMinutes: 20,
    },
  },
  {
    name: 'ShimscopeAgentsAbsent',
    severity: 'warning',
    expr: 'absent(shimscope_build_info)',
    lasting: '15m',
    summary: 'No agent is known to Prometheus.',
    description:
      'Prometheus has no sample of any agent: its discovery finds none, or all of them are gone. No verdict will be raised anywhere.',
    runbook: 'alerts/agents-absent.md',
    firing: {
      series: { [`shimscope_build_info{${onNode},version="0.1.0"}`]: '1x5 stale' },
      atMinutes: 25,
      told: [
        {
          labels: {},
          description:
            'Prometheus has no sample of any agent: its discovery finds none, or all of them are gone. No verdict will be raised anywhere.',
        },
      ],
    },
    quiet: { series: { [`shimscope_build_info{${onNode},version="0.1.0"}`]: '1x30' }, atMinutes: 25 },
  },
  {
    name: 'ShimscopePassesStale',
    severity: 'warning',
    expr: [
      `time() - shimscope_last_pass_timestamp_seconds > ${staleSeconds}`,
      `or (shimscope_build_info unless on (${perNode}) shimscope_last_pass_timestamp_seconds)`,
    ].join('\n'),
    lasting: '5m',
    summary: 'An agent answers, but has not looked at its node for a while.',
    description: `What the agent on {{ $labels.instance }} says of its node is more than ${staleSeconds} seconds old, or it has not finished a single pass. Its log says why.`,
    runbook: 'alerts/passes-stale.md',
    firing: {
      series: {
        [`shimscope_last_pass_timestamp_seconds{${onNode}}`]: '0+60x5 300x30',
        [`shimscope_build_info{${onNode},version="0.1.0"}`]: '1x40',
        // This one answers and has never finished a pass.
        'shimscope_build_info{job="shimscope",instance="node-2",version="0.1.0"}': '1x40',
      },
      atMinutes: 20,
      told: [
        {
          labels: node,
          description:
            'What the agent on node-1 says of its node is more than 120 seconds old, or it has not finished a single pass. Its log says why.',
        },
        {
          labels: { ...node, instance: 'node-2', version: '0.1.0' },
          description:
            'What the agent on node-2 says of its node is more than 120 seconds old, or it has not finished a single pass. Its log says why.',
        },
      ],
    },
    quiet: {
      series: {
        [`shimscope_last_pass_timestamp_seconds{${onNode}}`]: '0+60x40',
        [`shimscope_build_info{${onNode},version="0.1.0"}`]: '1x40',
      },
      atMinutes: 20,
    },
  },
  {
    name: 'ShimscopePassesFailing',
    severity: 'warning',
    expr: 'increase(shimscope_failed_passes_total[15m]) > 5',
    lasting: '5m',
    summary: 'Passes of an agent fail again and again.',
    description:
      '{{ $value | humanize }} passes of the agent on {{ $labels.instance }} failed within 15 minutes; what it serves in between is the last one that did not. Its log says why.',
    runbook: 'alerts/passes-failing.md',
    firing: {
      series: { [`shimscope_failed_passes_total{${onNode}}`]: '0+2x40' },
      atMinutes: 30,
      told: [
        {
          labels: node,
          description:
            '30 passes of the agent on node-1 failed within 15 minutes; what it serves in between is the last one that did not. Its log says why.',
        },
      ],
    },
    quiet: { series: { [`shimscope_failed_passes_total{${onNode}}`]: '0x10 3x30' }, atMinutes: 20 },
  },
  {
    name: 'ShimscopeAuditDiffers',
    severity: 'warning',
    expr: 'increase(shimscope_audit_differences_total[1h]) > 0',
    lasting: '5m',
    summary: 'An agent did not see something in time.',
    description:
      'The audit of the agent on {{ $labels.instance }} found facts ({{ $labels.field }}) that its passes had not seen within the time in which they should. That is a mistake of the agent; its verdicts may be late there.',
    runbook: 'alerts/audit-differs.md',
    firing: {
      series: { [`shimscope_audit_differences_total{${onNode},field="state"}`]: '0x10 1x40' },
      atMinutes: 20,
      told: [
        {
          labels: { ...node, field: 'state' },
          description:
            'The audit of the agent on node-1 found facts (state) that its passes had not seen within the time in which they should. That is a mistake of the agent; its verdicts may be late there.',
        },
      ],
    },
    quiet: {
      series: { [`shimscope_audit_differences_total{${onNode},field="state"}`]: '0x40' },
      atMinutes: 20,
    },
  },
  {
    name: 'ShimscopePassIncomplete',
    severity: 'warning',
    expr: 'shimscope_pass_complete == 0',
    lasting: lastingOf.warning,
    summary: 'An agent is not shown every process of its node.',
    description:
      'The agent on {{ $labels.instance }} may be missing processes (hidepid, or a procfs of another pid namespace). Absence proves nothing then, and the verdicts that need it stay silent.',
    runbook: 'alerts/pass-incomplete.md',
    firing: {
      series: { [`shimscope_pass_complete{${onNode}}`]: '0x40' },
      atMinutes: 20,
      told: [
        {
          labels: node,
          description:
            'The agent on node-1 may be missing processes (hidepid, or a procfs of another pid namespace). Absence proves nothing then, and the verdicts that need it stay silent.',
        },
      ],
    },
    quiet: { series: { [`shimscope_pass_complete{${onNode}}`]: '1x40' }, atMinutes: 20 },
  },
  {
    name: 'ShimscopeFieldsUnreadable',
    severity: 'info',
    expr: 'shimscope_denied_reads > 0',
    lasting: lastingOf.info,
    summary: 'An agent is not permitted to read something, so that some verdicts stay silent.',
    description:
      'The agent on {{ $labels.instance }} was denied {{ $labels.field }} {{ $value }} times in its last pass. shimscope doctor says there which verdicts stay silent and what would help.',
    runbook: 'alerts/fields-unreadable.md',
    firing: {
      series: { [`shimscope_denied_reads{${onNode},field="exe"}`]: '12x90' },
      atMinutes: 70,
      told: [
        {
          labels: { ...node, field: 'exe' },
          description:
            'The agent on node-1 was denied exe 12 times in its last pass. shimscope doctor says there which verdicts stay silent and what would help.',
        },
      ],
    },
    quiet: { series: { [`shimscope_denied_reads{${onNode},field="exe"}`]: '12x20 0x70' }, atMinutes: 70 },
  },
  {
    name: 'ShimscopeSeriesDropped',
    severity: 'info',
    expr: 'shimscope_series_dropped > 0',
    lasting: lastingOf.info,
    summary: 'An agent leaves series out of its metrics because there are too many.',
    description:
      'The agent on {{ $labels.instance }} leaves {{ $value }} series of {{ $labels.metric }} out. Its API and shimscope verdicts show all of them; --metrics.max-series raises the cap.',
    runbook: 'alerts/series-dropped.md',
    firing: {
      series: { [`shimscope_series_dropped{${onNode},metric="shimscope_verdict_info"}`]: '7x90' },
      atMinutes: 70,
      told: [
        {
          labels: { ...node, metric: 'shimscope_verdict_info' },
          description:
            'The agent on node-1 leaves 7 series of shimscope_verdict_info out. Its API and shimscope verdicts show all of them; --metrics.max-series raises the cap.',
        },
      ],
    },
    quiet: {
      series: { [`shimscope_series_dropped{${onNode},metric="shimscope_verdict_info"}`]: '0x90' },
      atMinutes: 70,
    },
  },
  {
    name: 'ShimscopeWebConfigBroken',
    severity: 'warning',
    expr: 'shimscope_web_config_last_reload_successful == 0',
    lasting: lastingOf.warning,
    summary: 'An agent could not read its web configuration again.',
    description:
      'The agent on {{ $labels.instance }} goes on with the web configuration that it had: new certificates, users or tokens do not hold there, and it will not start again. Its log says what is wrong with the files.',
    runbook: 'alerts/web-config-broken.md',
    firing: {
      series: { [`shimscope_web_config_last_reload_successful{${onNode}}`]: '1x5 0x60' },
      atMinutes: 40,
      told: [
        {
          labels: node,
          description:
            'The agent on node-1 goes on with the web configuration that it had: new certificates, users or tokens do not hold there, and it will not start again. Its log says what is wrong with the files.',
        },
      ],
    },
    quiet: { series: { [`shimscope_web_config_last_reload_successful{${onNode}}`]: '1x5 0x5 1x60' }, atMinutes: 40 },
  },
  {
    name: 'ShimscopeCertificateEnding',
    severity: 'warning',
    expr: `shimscope_web_certificate_expiry_timestamp_seconds - time() < ${7 * 86_400}`,
    lasting: lastingOf.warning,
    summary: 'The certificate of an agent ends within a week, or has ended.',
    description:
      'The certificate of the agent on {{ $labels.instance }} ends in {{ $value | humanizeDuration }}: from then on Prometheus cannot scrape it.',
    runbook: 'alerts/certificate-ending.md',
    firing: {
      // In a test the time is counted from 0.
      series: { [`shimscope_web_certificate_expiry_timestamp_seconds{${onNode}}`]: '88800x60' },
      atMinutes: 40,
      told: [
        {
          labels: node,
          description:
            'The certificate of the agent on node-1 ends in 1d 0h 0m 0s: from then on Prometheus cannot scrape it.',
        },
      ],
    },
    quiet: {
      series: { [`shimscope_web_certificate_expiry_timestamp_seconds{${onNode}}`]: '7776000x60' },
      atMinutes: 40,
    },
  },
]
