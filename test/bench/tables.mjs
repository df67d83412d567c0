// The figures behind the table of targets.
import { median, ratios, spread, table } from './statistics.mjs'

const ms = (us) => (us < 9_950 ? (us / 1000).toFixed(1) : Math.round(us / 1000).toString())
const mib = (bytes) => (bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)

/** What a contender is compared with: first and foremost who read the same files. */
const comparedWith = {
  'pass: cold': ['floor: files of the cold pass', 'floor: stat, cgroup, cmdline'],
  'pass: changed': ['floor: files of the next pass', 'floor: stat, cgroup, cmdline'],
  'pass: again': ['floor: files of the next pass', 'floor: stat, cgroup, cmdline'],
  'pass: in turns': ['floor: stat', 'floor: stat, cgroup, cmdline'],
  'pass: announced': ['floor: stat', 'floor: stat, cgroup, cmdline'],
  'process-exporter': ['pass: cold', 'pass: in turns'],
  'node_exporter: processes': ['pass: cold', 'pass: in turns'],
}

const compared = (results) =>
  Object.entries(comparedWith).filter(([name]) => results.every(({ samples }) => samples[name]))

export function renderTables(results, outputs) {
  const passed = results.filter(({ samples }) => samples)
  const watched = results.filter(({ running }) => running)
  return [
    ...passed.map(costs),
    ...(passed.length > 0 ? [comparisons(passed)] : []),
    ...(watched.length > 0
      ? [
          table(
            ['`serve`, a pass every 2 s, a client, a scrape every 15 s', ...watched.map(({ size }) => String(size))],
            Object.entries(daemonRows).map(([name, show]) => [name, ...watched.map(({ running }) => show(running))]),
          ),
        ]
      : []),
    ...(outputs === undefined
      ? []
      : [
          table(
            ['outputs', ''],
            Object.entries(outputRows).map(([name, show]) => [name, show(outputs)]),
          ),
        ]),
  ].join('\n\n')
}

const comparisons = (results) =>
  table(
    ['ratio of CPU, median of the rounds (lowest–highest)', ...results.map(({ size }) => String(size))],
    compared(results).flatMap(([name, others]) =>
      others.map((other) => [
        `${name} / ${other}`,
        ...results.map(({ samples }) => ratio(samples[name], samples[other])),
      ]),
    ),
  )

const held = (numbers) => numbers.map((value) => value.toFixed(1)).join(' / ')
const daemonRows = {
  'CPU, of one core': ({ cpuShare }) => `${(cpuShare * 100).toFixed(2)} %`,
  'CPU in an interval, ms': ({ cpuUsPerInterval }) => ms(cpuUsPerInterval),
  'passes; processes replaced in an interval': ({ passes, replacedPerInterval }) =>
    `${passes}; ${replacedPerInterval.toFixed(0)}`,
  'event loop held by the first pass at the longest, ms of CPU': ({ coldHeldMs }) => coldHeldMs.toFixed(1),
  'event loop held in an interval: p50 / p99 / longest, ms of CPU': ({ heldMs }) => held(spread(heldMs)),
  'from its start to the first view at a client, ms': ({ firstViewMs }) => Math.round(firstViewMs).toString(),
  'RSS, MiB; of a Node that does nothing': ({ rssBytes, bareNodeRssBytes }) =>
    `${mib(rssBytes)}; ${mib(bareNodeRssBytes)}`,
  'frames to the client': ({ frames }) =>
    Object.entries(frames)
      .map(([type, count]) => `${count} ${type}`)
      .join(', '),
}

const of = (samples, figure) => held(spread(samples.map(figure)))
const outputRows = {
  'a delta to 1,000 clients: bytes; times it was written': ({ delta }) =>
    `${delta.rounds[0].bytes}; ${Math.max(...delta.rounds.map(({ encoded }) => encoded))}`,
  'until the last has it: p50 / p99 / longest, ms': ({ delta }) => of(delta.rounds, ({ lastMs }) => lastMs),
  'CPU for it at the server: p50 / p99 / longest, ms': ({ delta }) => of(delta.rounds, ({ cpuUs }) => cpuUs / 1_000),
  'a scrape: series; bytes': ({ scrape }) => `${scrape.same[0].series}; ${scrape.same[0].bytes}`,
  'a scrape once more: p50 / p99 / longest, ms': ({ scrape }) => of(scrape.same, ({ wallUs }) => wallUs / 1_000),
  'its CPU': ({ scrape }) => of(scrape.same, ({ cpuUs }) => cpuUs / 1_000),
  'a scrape of nothing but new values: p50 / p99 / longest, ms': ({ scrape }) =>
    of(scrape.fresh, ({ wallUs }) => wallUs / 1_000),
  'its CPU, ms': ({ scrape }) => of(scrape.fresh, ({ cpuUs }) => cpuUs / 1_000),
  'a small delta to a client while nobody scrapes: p50 / p99 / longest, ms': ({ stutter }) =>
    held(spread(stutter.quiet)),
  'and while somebody scrapes without a pause': ({ stutter }) => held(spread(stutter.during)),
  'scrapes meanwhile; the loop held by them at the longest, ms of CPU': ({ stutter }) =>
    `${stutter.scraped}; ${stutter.heldMaxMs.toFixed(1)}`,
}

function costs({ size, pods, processes, samples, memory, seen, garbage }) {
  const rows = Object.entries(samples).map(([name, rounds]) => {
    const { failures, readings, readingUs } = rounds[0]
    return [
      name,
      ms(median(rounds.map(({ cpuUs }) => cpuUs))),
      ms(median(rounds.map(({ wallUs }) => wallUs))),
      readingUs === undefined ? '' : ms(median(rounds.map((round) => round.readingUs))),
      readings === undefined ? '' : `${readings}${failures ? ` (${failures} not there)` : ''}`,
      garbage[name.replace('pass: ', '')] === undefined ? '' : mib(garbage[name.replace('pass: ', '')]),
      memory[name] === undefined ? '' : mib(memory[name]),
    ]
  })
  const said = `${seen.shims} shims, ${seen.containers} containers, ${seen.verdicts} verdicts seen; ${pods} pods there`
  return `**${size} processes** (${processes} in its /proc; ${said})\n\n${table(['', 'CPU, ms', 'wall, ms', 'of CPU: to read', 'readings', 'garbage, MiB', 'RSS, MiB'], rows)}`
}

function ratio(ours, theirs) {
  const compared = ratios(ours, theirs)
  const show = (value) => value.toFixed(value < 10 ? 2 : 0)
  return `${show(median(compared))} (${show(Math.min(...compared))}–${show(Math.max(...compared))})`
}
