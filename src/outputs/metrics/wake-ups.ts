import type { Metric } from './metric.ts'
import { single } from './tally.ts'

export const wakeUps: Metric = {
  name: 'shimscope_wake_ups_total',
  help: 'Events that asked for a pass before its time, by what was watched: cgroup (of containers and above them), bundle (the directories they are made in) or process (the process connector; of all its events those that mattered). Absent with --wake-ups=off.',
  type: 'counter',
  labels: ['source'],
  series: ({ counts }) =>
    Object.entries(counts.wakeUps?.events ?? {}).map(([source, value]) => ({ labels: { source }, value })),
}

export const wokenPasses: Metric = {
  name: 'shimscope_woken_passes_total',
  help: 'Passes that wake-ups began, those a moment after included; all others were begun by the timer.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.wakeUps?.passes),
}

export const postponedPasses: Metric = {
  name: 'shimscope_postponed_passes_total',
  help: 'Passes begun by wake-ups that had to wait: in the long run they take a tenth of one core at most.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.wakeUps?.postponed),
}

export const wakeUpOverflows: Metric = {
  name: 'shimscope_wake_up_overflows_total',
  help: 'How often so many events came at once that the kernel may have dropped some; each is answered by a pass, and what is watched is listed again. Of cgroups, bundles and processes together.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.wakeUps?.overflows),
}

export const processEvents: Metric = {
  name: 'shimscope_process_events_total',
  help: 'Events of processes that the kernel sent: every start, program and end of a process or thread on the node, of which few ask for a pass. Absent where the process connector is not heard.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.wakeUps?.processEvents?.heard),
}

export const lostProcessEvents: Metric = {
  name: 'shimscope_lost_process_events_total',
  help: 'Events of processes that were lost, by the numbers that the kernel gives them; a pass has looked in their place, and what came and went in between was not seen.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.wakeUps?.processEvents?.lost),
}

export const briefContainers: Metric = {
  name: 'shimscope_brief_containers_total',
  help: 'Containers that began and ended between two passes, so that no snapshot has them: told by the process connector, ten seconds after their end, by the cgroup of a process that an engine made and left. Absent where it is not heard.',
  type: 'counter',
  labels: [],
  series: ({ counts }) => single(counts.wakeUps?.processEvents?.briefContainers),
}

export const watchedDirectories: Metric = {
  name: 'shimscope_watched_directories',
  help: 'Directories that are watched for wake-ups, by kind: cgroup, bundle.',
  type: 'gauge',
  labels: ['source'],
  series: ({ counts }) =>
    Object.entries(counts.wakeUps?.watched ?? {}).map(([source, value]) => ({ labels: { source }, value })),
}

export const refusedWatches: Metric = {
  name: 'shimscope_refused_watches_total',
  help: 'Directories that could not be watched when that was tried, by reason: an errno (ENOSPC and EMFILE: the limits of inotify for this user), or most (beyond the own bound). Changes there wait for the timer.',
  type: 'counter',
  labels: ['reason'],
  series: ({ counts }) =>
    [...(counts.wakeUps?.refused ?? [])].map(([reason, value]) => ({ labels: { reason }, value })),
}
