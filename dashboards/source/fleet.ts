import { agentCount, nodesWithVerdict, pidsInUse, shareWithVerdict } from '../../deploy/prometheus/source/recordings.ts'
import { staleSeconds } from '../../deploy/prometheus/source/settings.ts'
import { type Board, chosen, ofAgents, orZero, rate } from './board.ts'

const inFleet = (record: string): string => `${record}{cluster=~"$cluster"}`
const firing = 'status="firing",severity!="info"'

/** Many nodes: which are bad, what they have in common, and whether a roll-out spreads it. */
export const fleet: Board = {
  uid: 'shimscope-fleet',
  title: 'Shimscope / Fleet',
  description: 'Shim hygiene over all nodes: the worst of them, what they run, and how far a verdict has spread.',
  nodes: 'several',
  from: 'now-6h',
  annotations: [
    {
      title: 'Daemons restarted',
      expr: `sum by (cluster, runtime) (changes(${chosen('shimscope_daemon_start_time_seconds')}[$__rate_interval])) > 0`,
      text: '{{runtime}} restarted on a node',
      color: 'blue',
    },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          kind: 'number',
          title: 'Nodes watched',
          description: 'Agents that Prometheus has samples of. A node without an agent is not counted anywhere here.',
          unit: 'short',
          width: 4,
          queries: [{ expr: `count(${chosen('shimscope_build_info')})`, legend: 'nodes' }],
        },
        {
          kind: 'number',
          title: 'Nodes with something wrong',
          description: 'Nodes on which a warning or critical verdict fires. 0 is what a healthy fleet shows.',
          unit: 'short',
          width: 4,
          worseFrom: [1, 10],
          queries: [
            {
              expr: `sum(sum by (cluster, job, instance) (${chosen('shimscope_verdicts', firing)}) > bool 0)`,
              legend: 'nodes',
            },
          ],
        },
        {
          kind: 'number',
          title: 'Critical verdicts',
          description: 'Critical verdicts that fire, over all nodes: something that runs is at stake.',
          unit: 'short',
          width: 4,
          worseFrom: [1, 1],
          queries: [
            { expr: `sum(${chosen('shimscope_verdicts', 'status="firing",severity="critical"')})`, legend: 'verdicts' },
          ],
        },
        {
          kind: 'number',
          title: 'Orphaned shims',
          description: 'Shims that no live daemon manages, over all nodes. A restart of containerd alone makes none.',
          unit: 'short',
          width: 4,
          worseFrom: [1, 10],
          queries: [{ expr: orZero(`sum(${chosen('shimscope_shims', 'supervision="orphaned"')})`), legend: 'shims' }],
        },
        {
          kind: 'number',
          title: 'Containers that nothing keeps',
          description:
            'Containers without a shim or monitor. Bare runc has none by design; where Kubernetes runs it should be 0.',
          unit: 'short',
          width: 4,
          worseFrom: [1, 10],
          queries: [{ expr: orZero(`sum(${chosen('shimscope_containers', 'kept="none"')})`), legend: 'containers' }],
        },
        {
          kind: 'number',
          title: 'Agents that see nothing',
          description: `Agents whose last pass is more than ${staleSeconds} s old: what they say of their node is old.`,
          unit: 'short',
          width: 4,
          worseFrom: [1, 10],
          queries: [
            {
              expr: `sum(time() - ${chosen('shimscope_last_pass_timestamp_seconds')} > bool ${staleSeconds})`,
              legend: 'agents',
            },
          ],
        },
      ],
    },
    {
      title: 'How far it has spread',
      panels: [
        {
          kind: 'lines',
          title: 'Nodes by verdict',
          description:
            'On how many nodes each verdict fires. A line that climbs after a roll-out began is a reason to stop it; compare with the starts of daemons beside.',
          unit: 'short',
          width: 12,
          queries: [{ expr: `${inFleet(nodesWithVerdict)} > 0`, legend: '{{code}} {{cluster}}' }],
        },
        {
          kind: 'lines',
          title: 'Share of the nodes by verdict',
          description:
            'The same as a part of all nodes that are watched. Above a tenth ShimscopeVerdictSpread is told.',
          unit: 'percentunit',
          width: 12,
          queries: [{ expr: `${inFleet(shareWithVerdict)} > 0`, legend: '{{code}} {{cluster}}' }],
        },
        {
          kind: 'stacked',
          title: 'Daemons started within the last hour',
          description:
            'How many daemons are younger than an hour, by program: a roll-out of containerd or kubelet is a wave, a daemon that keeps crashing a plateau.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `sum by (runtime) (${chosen('shimscope_daemon_start_time_seconds')} > bool time() - 3600)`,
              legend: '{{runtime}}',
            },
          ],
        },
        {
          kind: 'stacked',
          title: 'Agents by version',
          description:
            'How many agents run which version of Shimscope, and on which Node.js. Two versions for long mean that a roll-out hangs.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `count by (version, nodeversion) (${chosen('shimscope_build_info')})`,
              legend: '{{version}} on Node {{nodeversion}}',
            },
          ],
        },
      ],
    },
    {
      title: 'The worst nodes',
      panels: [
        {
          kind: 'table',
          title: 'Most verdicts',
          description: 'Nodes on which most warning and critical verdicts fire.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `topk(20, sum by (cluster, instance) (${chosen('shimscope_verdicts', firing)}) > 0)`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          kind: 'table',
          title: 'Which pods',
          description:
            'The pods and containers that firing verdicts are about, as far as the agents name them (at most a hundred on a node); two hundred are shown.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `topk(200, sum by (cluster, instance, code, namespace, pod, container) (${chosen('shimscope_verdict_info')}))`,
              legend: '{{code}}',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Most memory in shims',
          description: 'The nodes whose shims take most memory together. About 10 MB for each shim is usual.',
          unit: 'bytes',
          width: 8,
          queries: [
            {
              expr: `topk(10, sum by (cluster, instance) (${chosen('shimscope_shim_memory_bytes')}))`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Least pids left',
          description: 'The part of its pids that a node has in use. At 1 nothing can be started there any more.',
          unit: 'percentunit',
          width: 8,
          queries: [{ expr: `topk(10, ${pidsInUse}{cluster=~"$cluster",instance=~"$node"})`, legend: '{{instance}}' }],
        },
        {
          kind: 'lines',
          title: 'Most zombies',
          description: 'The nodes with most zombies, whoever should reap them. A few for a moment are usual.',
          unit: 'short',
          width: 8,
          queries: [
            { expr: `topk(10, sum by (cluster, instance) (${chosen('shimscope_zombies')}))`, legend: '{{instance}}' },
          ],
        },
      ],
    },
    {
      title: 'What runs',
      panels: [
        {
          kind: 'stacked',
          title: 'Shims by kind',
          description: 'Shims over all nodes by program: shim v1 and v2, conmon, Kata, gVisor and others.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (runtime) (${chosen('shimscope_shims')})`, legend: '{{runtime}}' }],
        },
        {
          kind: 'stacked',
          title: 'Containers by manager',
          description: 'Containers over all nodes by who manages them.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (runtime) (${chosen('shimscope_containers')})`, legend: '{{runtime}}' }],
        },
        {
          kind: 'stacked',
          title: 'Containers by how they were started',
          description: 'The programs that containers were started through, outermost first: how many ways a fleet has.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (chain) (${chosen('shimscope_chains')})`, legend: '{{chain}}' }],
        },
      ],
    },
    {
      title: 'What the agents cost',
      panels: [
        {
          kind: 'lines',
          title: 'CPU of an agent',
          description: 'CPU seconds a second of one agent: the median, the dearest hundredth, the dearest.',
          unit: 'percentunit',
          width: 8,
          queries: [
            { expr: `quantile(0.5, ${ofAgents(rate(chosen('process_cpu_seconds_total')))})`, legend: 'median' },
            { expr: `quantile(0.99, ${ofAgents(rate(chosen('process_cpu_seconds_total')))})`, legend: '99th' },
            { expr: `max(${ofAgents(rate(chosen('process_cpu_seconds_total')))})`, legend: 'most' },
          ],
        },
        {
          kind: 'lines',
          title: 'Memory of an agent',
          description: 'Resident memory of one agent: the median and the largest.',
          unit: 'bytes',
          width: 8,
          queries: [
            { expr: `quantile(0.5, ${ofAgents(chosen('process_resident_memory_bytes'))})`, legend: 'median' },
            { expr: `max(${ofAgents(chosen('process_resident_memory_bytes'))})`, legend: 'most' },
          ],
        },
        {
          kind: 'lines',
          title: 'Samples of a scrape',
          description: 'How many samples Prometheus takes in from one agent with each scrape: what the fleet costs it.',
          unit: 'short',
          width: 8,
          queries: [
            { expr: `quantile(0.5, ${ofAgents(chosen('scrape_samples_scraped'))})`, legend: 'median' },
            { expr: `max(${ofAgents(chosen('scrape_samples_scraped'))})`, legend: 'most' },
            { expr: `sum(${inFleet(agentCount)})`, legend: 'agents' },
          ],
        },
      ],
    },
  ],
}
