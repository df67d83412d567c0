const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
const ms = (us) => (us < 9_950 ? (us / 1000).toFixed(1) : Math.round(us / 1000).toString())
const mib = (bytes) => (bytes / 1024 / 1024).toFixed(0)

/** What a contender is compared with: first and foremost who read the same files. */
const comparedWith = {
  'pass: cold': ['floor: files of the cold pass', 'floor: stat, cgroup, cmdline'],
  'pass: changed': ['floor: files of the next pass', 'floor: stat, cgroup, cmdline'],
  'pass: again': ['floor: files of the next pass', 'floor: stat, cgroup, cmdline'],
  'pass: in turns': ['floor: stat', 'floor: stat, cgroup, cmdline'],
  'process-exporter': ['pass: cold', 'pass: in turns'],
  'node_exporter: processes': ['pass: cold', 'pass: in turns'],
}

const compared = (results) =>
  Object.entries(comparedWith).filter(([name]) => results.every(({ samples }) => samples[name]))

export function renderTables(results) {
  return [
    ...results.map(costs),
    table(
      ['ratio of CPU, median of the rounds (lowest–highest)', ...results.map(({ size }) => String(size))],
      compared(results).flatMap(([name, others]) =>
        others.map((other) => [
          `${name} / ${other}`,
          ...results.map(({ samples }) => ratio(samples[name], samples[other])),
        ]),
      ),
    ),
    table(
      ['the agent of the daemon, reading in its worker', ...results.map(({ size }) => String(size))],
      Object.entries(daemonRows).map(([name, show]) => [name, ...results.map(({ running }) => show(running))]),
    ),
  ].join('\n\n')
}

const held = ({ heldP50Ms, heldP99Ms, heldMaxMs }) =>
  [heldP50Ms, heldP99Ms, heldMaxMs].map((value) => value.toFixed(1)).join(' / ')
const daemonRows = {
  'its event loop held by the first pass: p50 / p99 / longest, ms of CPU': ({ first }) => held(first),
  'its event loop held by later passes: p50 / p99 / longest, ms of CPU': ({ later }) => held(later),
  'the latest timer in it, and in an idle Node beside it, ms': ({ first, later, idle }) =>
    [Math.max(first.lateMaxMs, later.lateMaxMs), idle.lateMaxMs].map((value) => value.toFixed(1)).join(' / '),
  'CPU of a later pass, both threads, ms': ({ cpuUs }) => ms(median(cpuUs)),
  'first pass, from start, ms': ({ firstPassMs }) => Math.round(firstPassMs).toString(),
  'RSS, MiB': ({ rssBytes }) => mib(rssBytes),
}

function costs({ size, pods, processes, samples, memory, seen }) {
  const rows = Object.entries(samples).map(([name, rounds]) => {
    const { failures, readings, readingUs } = rounds[0]
    return [
      name,
      ms(median(rounds.map(({ cpuUs }) => cpuUs))),
      ms(median(rounds.map(({ wallUs }) => wallUs))),
      readingUs === undefined ? '' : ms(median(rounds.map((round) => round.readingUs))),
      readings === undefined ? '' : `${readings}${failures ? ` (${failures} not there)` : ''}`,
      memory[name] === undefined ? '' : mib(memory[name]),
    ]
  })
  const said = `${seen.shims} shims, ${seen.containers} containers, ${seen.verdicts} verdicts seen; ${pods} pods there`
  return `**${size} processes** (${processes} in its /proc; ${said})\n\n${table(['', 'CPU, ms', 'wall, ms', 'of CPU: to read', 'readings', 'RSS, MiB'], rows)}`
}

function ratio(ours, theirs) {
  const ratios = ours.map(({ cpuUs }, round) => cpuUs / theirs[round].cpuUs)
  const show = (value) => value.toFixed(value < 10 ? 2 : 0)
  return `${show(median(ratios))} (${show(Math.min(...ratios))}–${show(Math.max(...ratios))})`
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
