import type { Metric } from './metric.ts'
import { single } from './tally.ts'

export const reads: Metric = {
  name: 'shimscope_reads_total',
  help: 'Attempts to read something below /proc or a bundle: known (read), gone (it vanished, which is normal), denied (not permitted), malformed (not in the documented form).',
  type: 'counter',
  labels: ['outcome'],
  series: ({ counts }) => Object.entries(counts.reads).map(([outcome, value]) => ({ labels: { outcome }, value })),
}

export const deniedReads: Metric = {
  name: 'shimscope_denied_reads',
  help: 'What the agent was not permitted to read in its last pass, by field; verdicts that need it stay silent.',
  type: 'gauge',
  labels: ['field'],
  series: ({ pass }) =>
    Object.entries(pass?.snapshot.pass.denied ?? {}).map(([field, value]) => ({ labels: { field }, value })),
}

export const passComplete: Metric = {
  name: 'shimscope_pass_complete',
  help: 'Whether the last pass was shown every process (1), or may have missed some (0), as with hidepid. Absence then proves nothing.',
  type: 'gauge',
  labels: [],
  series: ({ pass }) => single(pass && Number(pass.snapshot.pass.complete)),
}

export const passDuration: Metric = {
  name: 'shimscope_pass_duration_seconds',
  help: 'How long the agent took to look at the whole node once.',
  type: 'histogram',
  labels: [],
  *series({ counts: { passSeconds } }) {
    for (const [index, bound] of passSeconds.bounds.entries()) {
      if (bound === Number.POSITIVE_INFINITY) continue
      yield { suffix: '_bucket', labels: { le: String(bound) }, value: passSeconds.counts[index] ?? 0 }
    }
    const passes = passSeconds.counts[passSeconds.bounds.length - 1] ?? 0
    yield { suffix: '_bucket', labels: { le: '+Inf' }, value: passes }
    yield { suffix: '_sum', labels: {}, value: passSeconds.sum }
    yield { suffix: '_count', labels: {}, value: passes }
  },
}

export const failedPasses: Metric = {
  name: 'shimscope_failed_passes_total',
  help: 'Passes that could not be finished; what is served then is the last one that was.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.failedPasses),
}

export const hungReadings: Metric = {
  name: 'shimscope_hung_readings_total',
  help: 'Readings of the node that did not return; the thread was given up, and what hung is left alone for a while.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.hungReadings),
}

export const audits: Metric = {
  name: 'shimscope_audits_total',
  help: 'How often every process and bundle was read a second time, beside the passes, and held against what they showed.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.audits),
}

export const auditDifferences: Metric = {
  name: 'shimscope_audit_differences_total',
  help: 'Facts that passes had not seen within the time in which they should, going by the audit, by field. Anything but 0 is a mistake of the agent.',
  type: 'counter',
  labels: ['field'],
  series: ({ counts }) =>
    Object.entries(counts.auditDifferences).map(([field, value]) => ({ labels: { field }, value })),
}

export const lastPass: Metric = {
  name: 'shimscope_last_pass_timestamp_seconds',
  help: 'When the last pass was finished, as a Unix time. Everything else here is as of then.',
  type: 'gauge',
  labels: [],
  series: ({ lastPassAtMs }) => single(lastPassAtMs === undefined ? undefined : lastPassAtMs / 1000),
}
