import type { Metric } from './metric.ts'
import { single } from './tally.ts'

export const journalSize: Metric = {
  name: 'shimscope_journal_bytes',
  help: 'What the journal takes on the disk. Absent without --journal.directory, as are the others of the journal.',
  type: 'gauge',
  labels: [],
  series: ({ journal }) => single(journal?.bytes),
}

export const journalOldest: Metric = {
  name: 'shimscope_journal_oldest_timestamp_seconds',
  help: 'When the journal begins, as a Unix time: nothing before it can be looked back at.',
  type: 'gauge',
  labels: [],
  series: ({ journal }) => single(journal?.oldestAtMs === undefined ? undefined : journal.oldestAtMs / 1000),
}

export const journalFailedWrites: Metric = {
  name: 'shimscope_journal_failed_writes_total',
  help: 'Times that the journal could not be written; it is tried again every 10 s, and the agent goes on meanwhile.',
  type: 'counter',
  labels: [],
  series: ({ journal }) => single(journal?.failedWrites),
}

export const journalWrittenBytes: Metric = {
  name: 'shimscope_journal_written_bytes_total',
  help: 'What was written to the journal since the agent started, packed; what was removed since is counted.',
  type: 'counter',
  labels: [],
  series: ({ journal }) => single(journal?.written.bytes),
}

export const journalWrittenEvents: Metric = {
  name: 'shimscope_journal_written_events_total',
  help: 'Events that were written to the journal since the agent started.',
  type: 'counter',
  labels: [],
  series: ({ journal }) => single(journal?.written.events),
}

export const journalWriteTime: Metric = {
  name: 'shimscope_journal_write_seconds_total',
  help: 'For how long writing the journal, packing included, held the thread that serves page, feed, API and metrics.',
  type: 'counter',
  labels: [],
  series: ({ journal }) => single(journal?.written.seconds),
}
