import type { Metric } from './metric.ts'
import { single } from './tally.ts'

export const refusedRequests: Metric = {
  name: 'shimscope_refused_requests_total',
  help: 'Requests that were turned away, by reason: credentials (none, or wrong ones), host (a name that is not this one), origin (a page of another site), rate (too many), method.',
  type: 'counter',
  labels: ['reason'],
  *series({ door }) {
    for (const [reason, value] of door?.refused ?? []) yield { labels: { reason }, value }
  },
}

export const webConfigReload: Metric = {
  name: 'shimscope_web_config_last_reload_successful',
  help: 'Whether the web configuration, its certificates and its token could be used when they were last read (1); if not (0), the former ones still hold. Absent without --web.config.file and --web.bearer-token-file.',
  type: 'gauge',
  labels: [],
  series: ({ door }) => single(door?.reload && Number(door.reload.successful)),
}

export const webConfigReloadTime: Metric = {
  name: 'shimscope_web_config_last_reload_success_timestamp_seconds',
  help: 'When the web configuration that holds was read, as a Unix time.',
  type: 'gauge',
  labels: [],
  series: ({ door }) => single(door?.reload && door.reload.lastSuccessAtMs / 1000),
}

export const certificateExpiry: Metric = {
  name: 'shimscope_web_certificate_expiry_timestamp_seconds',
  help: 'When the certificate that is shown to clients ends, as a Unix time. Absent without TLS.',
  type: 'gauge',
  labels: [],
  series: ({ door }) => single(door?.certificateEndsAtMs === undefined ? undefined : door.certificateEndsAtMs / 1000),
}
