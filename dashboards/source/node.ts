import { type Board, chosen, ofAgents, orZero, rate } from './board.ts'

/** One node: its tree in numbers, what is wrong with it, and what it costs to look. */
export const node: Board = {
  uid: 'shimscope-node',
  title: 'Shimscope / Node',
  description: 'One node: daemons, shims and containers in numbers, verdicts over time, what shims and the agent cost.',
  nodes: 'one',
  from: 'now-3h',
  annotations: [
    {
      title: 'Daemons restarted',
      expr: `changes(${chosen('shimscope_daemon_start_time_seconds')}[$__rate_interval]) > 0`,
      text: '{{runtime}} {{address}} restarted',
      color: 'blue',
    },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          kind: 'number',
          title: 'Verdicts that fire',
          description: 'Everything that is wrong with this node, down to what is merely worth knowing. 0 is healthy.',
          unit: 'short',
          width: 4,
          worseFrom: [1, 5],
          queries: [{ expr: `sum(${chosen('shimscope_verdicts', 'status="firing"')})`, legend: 'verdicts' }],
        },
        {
          kind: 'number',
          title: 'Daemons',
          description: 'Living daemons: containerd, dockerd, kubelet and their kin.',
          unit: 'short',
          width: 4,
          queries: [{ expr: orZero(`sum(${chosen('shimscope_daemons')})`), legend: 'daemons' }],
        },
        {
          kind: 'number',
          title: 'Shims',
          description: 'Keepers of containers, conmon included.',
          unit: 'short',
          width: 4,
          queries: [{ expr: orZero(`sum(${chosen('shimscope_shims')})`), legend: 'shims' }],
        },
        {
          kind: 'number',
          title: 'Containers',
          description: 'Containers, sandboxes of pods included.',
          unit: 'short',
          width: 4,
          queries: [{ expr: orZero(`sum(${chosen('shimscope_containers')})`), legend: 'containers' }],
        },
        {
          kind: 'number',
          title: 'Pids in use',
          description: 'Threads and zombies against kernel.pid_max. At 1 nothing can be started any more.',
          unit: 'percentunit',
          width: 4,
          worseFrom: [0.7, 0.9],
          queries: [{ expr: `max(${chosen('shimscope_threads')} / ${chosen('shimscope_pids_max')})`, legend: 'pids' }],
        },
        {
          kind: 'number',
          title: 'Age of the last pass',
          description: 'How old all of this is. A pass is due every two seconds.',
          unit: 's',
          width: 4,
          worseFrom: [30, 120],
          queries: [{ expr: `max(time() - ${chosen('shimscope_last_pass_timestamp_seconds')})`, legend: 'age' }],
        },
      ],
    },
    {
      title: 'Verdicts',
      panels: [
        {
          kind: 'stacked',
          title: 'Verdicts over time',
          description: 'How many verdicts there are, by code; pending ones have not lasted for the grace yet.',
          unit: 'short',
          width: 12,
          queries: [
            { expr: `sum by (code, status) (${chosen('shimscope_verdicts')}) > 0`, legend: '{{code}} {{status}}' },
          ],
        },
        {
          kind: 'lines',
          title: 'Age of the oldest verdict',
          description: 'How long the oldest verdict of each code has held; what comes and goes stays near 0.',
          unit: 's',
          width: 12,
          queries: [{ expr: `time() - ${chosen('shimscope_verdict_oldest_timestamp_seconds')}`, legend: '{{code}}' }],
        },
        {
          kind: 'table',
          title: 'Which pods',
          description: 'What the firing verdicts are about. `shimscope verdicts` on the node shows the evidence.',
          unit: 'short',
          width: 24,
          queries: [
            {
              expr: `sum by (code, namespace, pod, container) (${chosen('shimscope_verdict_info')})`,
              legend: '{{code}}',
            },
          ],
        },
      ],
    },
    {
      title: 'The tree in numbers',
      panels: [
        {
          kind: 'stacked',
          title: 'Shims by what they keep',
          description:
            'Shims by relation: one container, a pod, a sandbox only, nothing yet, nothing any more, or a virtual machine.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (relation) (${chosen('shimscope_shims')})`, legend: '{{relation}}' }],
        },
        {
          kind: 'stacked',
          title: 'Shims by parentage',
          description:
            "Whose child a shim is. A parent is a kernel's fact and proves no fault: every v2 shim is a child of init.",
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (parentage) (${chosen('shimscope_shims')})`, legend: '{{parentage}}' }],
        },
        {
          kind: 'stacked',
          title: 'Shims by supervision',
          description:
            'Whether a live daemon manages them. `orphaned` is proven, `unknown` could not be read or decided.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (supervision) (${chosen('shimscope_shims')})`, legend: '{{supervision}}' }],
        },
        {
          kind: 'stacked',
          title: 'Containers by state',
          description: 'Containers by their OCI state, sandboxes included.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (role, state) (${chosen('shimscope_containers')})`, legend: '{{role}} {{state}}' }],
        },
        {
          kind: 'stacked',
          title: 'Containers by what keeps them',
          description: 'A shim, a monitor (conmon), or nothing; which of these is right depends on who manages them.',
          unit: 'short',
          width: 8,
          queries: [
            { expr: `sum by (runtime, kept) (${chosen('shimscope_containers')})`, legend: '{{runtime}}: {{kept}}' },
          ],
        },
        {
          kind: 'stacked',
          title: 'Containers by how they were started',
          description: 'The programs that containers were started through, outermost first.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (chain) (${chosen('shimscope_chains')})`, legend: '{{chain}}' }],
        },
        {
          kind: 'lines',
          title: 'Age of the daemons',
          description:
            'How long each daemon has run. A line that falls is a restart, a saw is a daemon that keeps crashing.',
          unit: 's',
          width: 12,
          queries: [
            {
              expr: `time() - ${chosen('shimscope_daemon_start_time_seconds')}`,
              legend: '{{runtime}} {{address}}',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Restarts of daemons',
          description: 'Restarts in the time range that is shown, as the agent saw them.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `increase(${chosen('shimscope_daemon_restarts_total')}[$__rate_interval])`,
              legend: '{{runtime}} {{address}}',
            },
          ],
        },
      ],
    },
    {
      title: 'What shims cost',
      panels: [
        {
          kind: 'stacked',
          title: 'Memory of shims',
          description: 'Resident memory of all shims of a kind. About 10 MB each is usual; a leak climbs for days.',
          unit: 'bytes',
          width: 8,
          queries: [{ expr: `sum by (runtime) (${chosen('shimscope_shim_memory_bytes')})`, legend: '{{runtime}}' }],
        },
        {
          kind: 'stacked',
          title: 'Threads of shims',
          description: 'Threads of all shims of a kind: about ten for each shim in Go.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (runtime) (${chosen('shimscope_shim_threads')})`, legend: '{{runtime}}' }],
        },
        {
          kind: 'stacked',
          title: 'CPU of shims',
          description:
            'CPU seconds a second of all shims of a kind. Next to nothing, unless exec probes keep them busy.',
          unit: 'percentunit',
          width: 8,
          queries: [
            { expr: `sum by (runtime) (${rate(chosen('shimscope_shim_cpu_seconds_total'))})`, legend: '{{runtime}}' },
          ],
        },
        {
          kind: 'stacked',
          title: 'Zombies',
          description:
            'Zombies by who should reap them. Those of a shim are its own fault, those of a container its init’s.',
          unit: 'short',
          width: 12,
          queries: [{ expr: `sum by (reaper) (${chosen('shimscope_zombies')})`, legend: '{{reaper}}' }],
        },
        {
          kind: 'lines',
          title: 'Processes and threads',
          description: 'What takes pids on this node.',
          unit: 'short',
          width: 12,
          queries: [
            { expr: chosen('shimscope_processes'), legend: 'processes' },
            { expr: chosen('shimscope_threads'), legend: 'threads' },
          ],
        },
      ],
    },
    {
      title: 'Containers (agents that run with --metrics.containers)',
      panels: [
        {
          kind: 'lines',
          title: 'Most memory',
          description: 'Resident memory of the ten largest containers; shared pages count in each process.',
          unit: 'bytes',
          width: 8,
          queries: [
            {
              expr: `topk(10, ${chosen('shimscope_container_memory_bytes')})`,
              legend: '{{namespace}}/{{pod}} {{container}}',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Most CPU',
          description: 'CPU seconds a second of the living processes of a container; what has exited is not in it.',
          unit: 'percentunit',
          width: 8,
          queries: [
            {
              expr: `topk(10, clamp_min(deriv(${chosen('shimscope_container_cpu_seconds')}[$__rate_interval]), 0))`,
              legend: '{{namespace}}/{{pod}} {{container}}',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Processes, threads, zombies',
          description: 'The containers with most processes, threads and zombies.',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `topk(5, ${chosen('shimscope_container_processes')})`,
              legend: 'processes of {{namespace}}/{{pod}} {{container}}',
            },
            {
              expr: `topk(5, ${chosen('shimscope_container_threads')})`,
              legend: 'threads of {{namespace}}/{{pod}} {{container}}',
            },
            {
              expr: `topk(5, ${chosen('shimscope_container_zombies')})`,
              legend: 'zombies of {{namespace}}/{{pod}} {{container}}',
            },
          ],
        },
      ],
    },
    {
      title: 'What looking costs',
      panels: [
        {
          kind: 'lines',
          title: 'Time of a pass',
          description: 'How long the agent takes to look at the whole node once: the median and the slowest hundredth.',
          unit: 's',
          width: 8,
          queries: [
            {
              expr: `histogram_quantile(0.5, sum by (le) (${rate(chosen('shimscope_pass_duration_seconds_bucket'))}))`,
              legend: 'median',
            },
            {
              expr: `histogram_quantile(0.99, sum by (le) (${rate(chosen('shimscope_pass_duration_seconds_bucket'))}))`,
              legend: '99th',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Passes',
          description: 'Passes a second, finished and failed. One every two seconds is usual, and no failed one.',
          unit: 'ops',
          width: 8,
          queries: [
            { expr: rate(chosen('shimscope_pass_duration_seconds_count')), legend: 'finished' },
            { expr: rate(chosen('shimscope_failed_passes_total')), legend: 'failed' },
          ],
        },
        {
          kind: 'stacked',
          title: 'Reads by outcome',
          description:
            'What became of attempts to read. `gone` is usual, `denied` a matter of privilege, `malformed` is not.',
          unit: 'ops',
          width: 8,
          queries: [{ expr: `sum by (outcome) (${rate(chosen('shimscope_reads_total'))})`, legend: '{{outcome}}' }],
        },
        {
          kind: 'stacked',
          title: 'Denied, by field',
          description: 'What could not be read in a pass for want of privilege; verdicts that need it stay silent.',
          unit: 'short',
          width: 8,
          queries: [{ expr: `sum by (field) (${chosen('shimscope_denied_reads')})`, legend: '{{field}}' }],
        },
        {
          kind: 'lines',
          title: 'CPU',
          description: 'CPU seconds a second of the agent, and how much of it its serving thread was at work.',
          unit: 'percentunit',
          width: 8,
          queries: [
            { expr: ofAgents(rate(chosen('process_cpu_seconds_total'))), legend: 'all threads' },
            { expr: rate(chosen('shimscope_loop_busy_seconds_total')), legend: 'serving thread' },
          ],
        },
        {
          kind: 'lines',
          title: 'Memory',
          description: 'Resident memory of the agent, and the objects of its serving thread.',
          unit: 'bytes',
          width: 8,
          queries: [
            { expr: ofAgents(chosen('process_resident_memory_bytes')), legend: 'resident' },
            { expr: ofAgents(chosen('nodejs_heap_size_used_bytes')), legend: 'objects' },
          ],
        },
        {
          kind: 'lines',
          title: 'Wake-ups',
          description:
            'How often a second the agent stopped running: to wait, after which it is woken up, or because another was let in.',
          unit: 'ops',
          width: 8,
          queries: [{ expr: rate(chosen('shimscope_context_switches_total')), legend: '{{kind}}' }],
        },
        {
          kind: 'lines',
          title: 'Live feed',
          description: 'Clients of the live feed, and how often one was too slow and got a fresh snapshot.',
          unit: 'short',
          width: 8,
          queries: [
            { expr: chosen('shimscope_live_clients'), legend: 'clients' },
            {
              expr: `increase(${chosen('shimscope_live_resyncs_total')}[$__rate_interval])`,
              legend: 'fresh snapshots',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Left out',
          description:
            'Series that a scrape leaves out because there are too many, and whether every process was shown.',
          unit: 'short',
          width: 8,
          queries: [
            { expr: chosen('shimscope_series_dropped'), legend: 'left out of {{metric}}' },
            { expr: chosen('shimscope_pass_complete'), legend: 'every process shown' },
          ],
        },
      ],
    },
  ],
}
