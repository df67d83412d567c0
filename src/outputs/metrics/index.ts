import { build, liveClients, liveResyncs } from './agent.ts'
import { chains, containers } from './containers.ts'
import { daemonRestarts, daemonStartTime, daemons } from './daemons.ts'
import { certificateExpiry, refusedRequests, webConfigReload, webConfigReloadTime } from './door.ts'
import {
  journalFailedWrites,
  journalOldest,
  journalSize,
  journalWriteTime,
  journalWrittenBytes,
  journalWrittenEvents,
} from './journal.ts'
import type { Metric } from './metric.ts'
import { events, pidsMax, processes, threads, zombies } from './node.ts'
import { ownProcessMetrics } from './own-process.ts'
import {
  auditDifferences,
  audits,
  deniedReads,
  failedPasses,
  hungReadings,
  lastPass,
  passComplete,
  passDuration,
  reads,
} from './passes.ts'
import { shimCpu, shimMemory, shims, shimThreads } from './shims.ts'
import { verdictInfo, verdictOldest, verdicts } from './verdicts.ts'
import {
  briefContainers,
  postponedPasses,
  lostProcessEvents,
  processEvents,
  refusedWatches,
  wakeUpOverflows,
  wakeUps,
  watchedDirectories,
  wokenPasses,
} from './wake-ups.ts'

/** Every metric, in the order of the exposition. To add one: a record, and a line here. */
export const metrics: readonly Metric[] = [
  shims,
  containers,
  chains,
  daemons,
  daemonStartTime,
  daemonRestarts,
  verdicts,
  verdictOldest,
  verdictInfo,
  shimMemory,
  shimThreads,
  shimCpu,
  zombies,
  processes,
  threads,
  pidsMax,
  events,
  reads,
  deniedReads,
  passComplete,
  passDuration,
  failedPasses,
  hungReadings,
  audits,
  auditDifferences,
  lastPass,
  wakeUps,
  wokenPasses,
  postponedPasses,
  wakeUpOverflows,
  watchedDirectories,
  refusedWatches,
  processEvents,
  lostProcessEvents,
  briefContainers,
  liveClients,
  liveResyncs,
  refusedRequests,
  webConfigReload,
  webConfigReloadTime,
  certificateExpiry,
  journalSize,
  journalOldest,
  journalFailedWrites,
  journalWrittenBytes,
  journalWrittenEvents,
  journalWriteTime,
  build,
  ...ownProcessMetrics,
]
