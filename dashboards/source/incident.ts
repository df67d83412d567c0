import { type Board, chosen } from './board.ts'

const info = chosen('shimscope_verdict_info')
const increase = (series: string): string => `increase(${series}[$__rate_interval])`
const events = (matchers: string): string => chosen('shimscope_events_total', matchers)

/** Around a moment: what changed. Choose the time range so that it begins before the trouble did. */
export const incident: Board = {
  uid: 'shimscope-incident',
  title: 'Shimscope / Incident',
  description: 'What changed around a moment: choose a time range that begins when all was well.',
  nodes: 'several',
  from: 'now-1h',
  annotations: [
    {
      title: 'Daemons restarted',
      expr: `changes(${chosen('shimscope_daemon_start_time_seconds')}[$__rate_interval]) > 0`,
      text: '{{runtime}} restarted on {{instance}}',
      color: 'blue',
    },
    {
      title: 'Verdicts raised',
      expr: `${increase(events('type="verdict-raised"'))} > 0`,
      text: 'a verdict was raised on {{instance}}',
      color: 'red',
    },
  ],
  rows: [
    {
      title: 'From the beginning of the time range to its end',
      panels: [
        {
          kind: 'table',
          title: 'Verdicts that came',
          description: 'What fires at the end of the time range and did not at its beginning.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `sum by (instance, code, namespace, pod, container) (${info} unless ${info} offset $__range)`,
              legend: '{{code}}',
            },
          ],
        },
        {
          kind: 'table',
          title: 'Verdicts that went',
          description: 'What fired at the beginning of the time range and does not at its end.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `sum by (instance, code, namespace, pod, container) (${info} offset $__range unless ${info})`,
              legend: '{{code}}',
            },
          ],
        },
        {
          kind: 'table',
          title: 'What happened',
          description: 'Events of the time range by node and type, as the agents counted them.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `sum by (instance, type) (increase(${chosen('shimscope_events_total')}[$__range])) > 0`,
              legend: '{{instance}} {{type}}',
            },
          ],
        },
        {
          kind: 'table',
          title: 'Daemons that were started',
          description: 'Daemons that started within the time range, and how long before its end.',
          unit: 's',
          width: 12,
          queries: [
            {
              expr: `time() - ${chosen('shimscope_daemon_start_time_seconds')} < $__range_s`,
              legend: '{{instance}} {{runtime}}',
            },
          ],
        },
      ],
    },
    {
      title: 'In which order',
      panels: [
        {
          kind: 'stacked',
          title: 'Daemons and shims',
          description: 'Daemons that stopped, started or restarted, shims that went, were orphaned or adopted.',
          unit: 'short',
          width: 12,
          queries: [{ expr: `sum by (type) (${increase(events('type=~"daemon-.+|shim-.+"'))})`, legend: '{{type}}' }],
        },
        {
          kind: 'stacked',
          title: 'Containers',
          description: 'Containers that were created, started, paused, resumed or exited.',
          unit: 'short',
          width: 12,
          queries: [{ expr: `sum by (type) (${increase(events('type=~"container-.+"'))})`, legend: '{{type}}' }],
        },
        {
          kind: 'stacked',
          title: 'Verdicts raised and cleared',
          description: 'Verdicts that began to fire, and that went.',
          unit: 'short',
          width: 12,
          queries: [{ expr: `sum by (type) (${increase(events('type=~"verdict-.+"'))})`, legend: '{{type}}' }],
        },
        {
          kind: 'stacked',
          title: 'Verdicts by code',
          description: 'What was wrong when: pending verdicts come first, and firing ones after the grace.',
          unit: 'short',
          width: 12,
          queries: [
            { expr: `sum by (code, status) (${chosen('shimscope_verdicts')}) > 0`, legend: '{{code}} {{status}}' },
          ],
        },
      ],
    },
    {
      title: 'What there was',
      panels: [
        {
          kind: 'stacked',
          title: 'Shims by supervision',
          description: 'A step from managed to orphaned is the moment at which a daemon let go.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (supervision) (${chosen('shimscope_shims')})`, legend: '{{supervision}}' }],
        },
        {
          kind: 'stacked',
          title: 'Containers by state',
          description: 'Containers by OCI state and by what keeps them.',
          unit: 'short',
          width: 8,
          queries: [
            { expr: `sum by (state, kept) (${chosen('shimscope_containers')})`, legend: '{{state}}, kept by {{kept}}' },
          ],
        },
        {
          kind: 'stacked',
          title: 'Zombies',
          description: 'Zombies by who should reap them.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (reaper) (${chosen('shimscope_zombies')})`, legend: '{{reaper}}' }],
        },
      ],
    },
  ],
}
