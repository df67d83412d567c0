import { perFleet, perNode } from './settings.ts'

/** A recording rule: its name is `level:metric:operation`. */
export interface Recording {
  readonly record: string
  readonly expr: string
}

export const nodesWithVerdict = 'cluster_job_code_severity:shimscope_verdict_nodes:count'
export const shareWithVerdict = 'cluster_job_code_severity:shimscope_verdict_nodes:ratio'
export const agentCount = 'cluster_job:shimscope_agents:count'
export const firingOnNode = 'instance:shimscope_verdicts_firing:sum'
export const pidsInUse = 'instance:shimscope_pids:ratio'

/** What dashboards and alerts over many nodes ask again and again: a few series for each fleet instead of all of them. */
export const recordings: readonly Recording[] = [
  { record: agentCount, expr: `count by (${perFleet}) (shimscope_build_info)` },
  {
    // `> bool` keeps the zeros: a verdict that nobody has is a line at 0, not a hole.
    record: nodesWithVerdict,
    expr: `sum by (${perFleet}, code, severity) (shimscope_verdicts{status="firing"} > bool 0)`,
  },
  { record: shareWithVerdict, expr: `${nodesWithVerdict} / on (${perFleet}) group_left () ${agentCount}` },
  {
    record: firingOnNode,
    expr: `sum by (${perNode}, severity) (shimscope_verdicts{status="firing"})`,
  },
  { record: pidsInUse, expr: 'shimscope_threads / shimscope_pids_max' },
]
