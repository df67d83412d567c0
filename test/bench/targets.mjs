// What the daemon is to cost at the most, and what was measured.
import { median, percentile, ratios, table } from './statistics.mjs'

const atMost = (limit) => (value) => value <= limit
const atLeast = (limit) => (value) => value >= limit
const number = (value) => value.toFixed(value < 10 ? 2 : 0)
const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
const percent = (value) => `${(value * 100).toFixed(2)} %`
const times = (value) => `${value.toFixed(0)}×`

/** One line of the table: figures by what they were measured at, all of which have to be good enough. */
const target = (what, wanted, show, isMet, figures) => ({ what, wanted, show, isMet, figures })

const sizeName = (size) => (size % 1_000 === 0 ? `${size / 1_000}k` : String(size))

export function renderTargets(results, outputs) {
  const at = (size) => results.find((result) => result.size === size)
  /** `figure` of the results at these sizes, where it was measured. */
  const of = (sizes, figure) =>
    sizes.flatMap((size) => {
      const value = at(size) && figure(at(size))
      return value === undefined || Number.isNaN(value) ? [] : [{ at: sizeName(size), value }]
    })
  const compared =
    (ours, theirs) =>
    ({ samples }) =>
      samples?.[ours] && samples[theirs] && median(ratios(samples[ours], samples[theirs]))
  const growth = (cost) => {
    const [small, large] = [at(10_000), at(30_000)].map((result) => result && cost(result))
    return small && large ? large / small : undefined
  }
  const cpuOf = (name) => (result) => result.samples?.[name] && median(result.samples[name].map(({ cpuUs }) => cpuUs))
  const named = (name, value) => (value === undefined ? [] : [{ at: name, value }])
  const exporter = 'process-exporter'

  const targets = [
    target(
      'a cold pass, to the snapshot / the C floor that reads the same files',
      '≤ 1.3',
      number,
      atMost(1.3),
      of([10_000, 30_000], compared('pass: cold', 'floor: files of the cold pass')),
    ),
    target(
      'a steady pass / a C program that reads every `stat` again',
      '≤ 0.30',
      number,
      atMost(0.3),
      of([10_000, 30_000], compared('pass: in turns', 'floor: stat')),
    ),
    target(
      'the same with the process connector',
      '≤ 0.15',
      number,
      atMost(0.15),
      of([10_000, 30_000], compared('pass: announced', 'floor: stat')),
    ),
    target(
      'all that the daemon does in an interval, with 1 % churn / the same C program once',
      '≤ 0.30',
      number,
      atMost(0.3),
      of(
        [10_000, 30_000],
        ({ samples, running }) =>
          samples?.['floor: stat'] &&
          running &&
          running.cpuUsPerInterval / median(samples['floor: stat'].map(({ cpuUs }) => cpuUs)),
      ),
    ),
    target(
      'a scrape of process-exporter 0.7 / a cold pass',
      '≥ 16×',
      times,
      atLeast(16),
      of([10_000, 30_000], compared(exporter, 'pass: cold')),
    ),
    target(
      'a scrape of process-exporter 0.7 / a steady pass',
      '≥ 150×',
      times,
      atLeast(150),
      of([10_000, 30_000], compared(exporter, 'pass: in turns')),
    ),
    ...[
      [2_000, 0.003],
      [10_000, 0.02],
      [30_000, 0.05],
    ].map(([size, limit]) =>
      target(
        `CPU of one core, every 2 s, 1 % churn, a client and a scraper, ${sizeName(size)}`,
        `≤ ${limit * 100} %`,
        percent,
        atMost(limit),
        of([size], ({ running }) => running?.cpuShare),
      ),
    ),
    target(
      'event loop held in an interval, the 99th percentile',
      '≤ 3 ms',
      ms,
      atMost(3),
      of([10_000], ({ running }) => running && percentile(running.heldMs, 0.99)),
    ),
    target(
      'event loop held by the first pass, longest',
      '≤ 8 ms',
      ms,
      atMost(8),
      of([10_000], ({ running }) => running?.coldHeldMs),
    ),
    ...[
      [10_000, 1.2],
      [30_000, 0.6],
    ].map(([size, limit]) =>
      target(
        `resident memory of the whole daemon / process-exporter's, ${sizeName(size)}`,
        `≤ ${limit}`,
        number,
        atMost(limit),
        of([size], ({ running, memory }) => running && memory?.[exporter] && running.rssBytes / memory[exporter]),
      ),
    ),
    target(
      'a delta of 100 KB to the last of 1,000 clients, written once for all',
      '≤ 80 ms',
      ms,
      atMost(80),
      named('median', outputs && median(outputs.delta.rounds.map(({ lastMs }) => lastMs))),
    ),
    target(
      '`/metrics` with 10,000 series',
      '≤ 15 ms',
      ms,
      atMost(15),
      outputs
        ? [
            { at: 'again', value: median(outputs.scrape.same.map(({ wallUs }) => wallUs)) / 1_000 },
            { at: 'all values new', value: median(outputs.scrape.fresh.map(({ wallUs }) => wallUs)) / 1_000 },
          ]
        : [],
    ),
    target(
      'the feed while somebody scrapes that without a pause: the loop held at the longest',
      '≤ 15 ms',
      ms,
      atMost(15),
      named('longest', outputs?.stutter.heldMaxMs),
    ),
    target('cost at 30k / cost at 10k', '≤ 3.3', number, atMost(3.3), [
      ...named('cold', growth(cpuOf('pass: cold'))),
      ...named('steady', growth(cpuOf('pass: in turns'))),
      ...named(
        'daemon',
        growth(({ running }) => running?.cpuShare),
      ),
    ]),
  ]
  const elsewhere = [
    [
      "a container's start / exit at a client, p95",
      '≤ 25 / 10 ms with inotify, ≤ 10 / 5 ms with the connector, ≤ an interval with neither',
      'wake-ups',
      'connector',
      'feed-latency',
    ],
    [
      'containers that live for 50 ms or longer and are missed; events lost in a bomb of 10,000 programs; an overflow',
      '0; 0; noticed and repaired',
      'wake-ups',
      'connector',
    ],
  ].map(([what, wanted, ...files]) => [
    what,
    wanted,
    `by ${files.map((name) => `\`test/e2e/${name}.e2e.test.ts\``).join(', ')}`,
    '',
  ])
  return table(
    ['', 'target', 'measured', ''],
    [
      ...targets.map(({ what, wanted, show, isMet, figures }) => [
        what,
        wanted,
        figures.map(({ at, value }) => `${at}: ${show(value)}`).join(', ') || 'not measured',
        figures.length === 0 ? '' : figures.every(({ value }) => isMet(value)) ? 'met' : 'missed',
      ]),
      ...elsewhere,
    ],
  )
}
