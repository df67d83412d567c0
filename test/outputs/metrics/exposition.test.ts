import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createExposition, everyMetric, type ExpositionOptions } from '../../../src/outputs/metrics/exposition.ts'
import { measureOwnCost } from '../../../src/outputs/metrics/own-process.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'
import { type MemoryAgent, memoryAgent, noCounts } from '../support/memory-agent.ts'

const openMetrics =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

const exposition = (agent: MemoryAgent, options: Partial<ExpositionOptions> = {}) =>
  createExposition({
    agent,
    version: '0.1.0',
    verdictTable: [
      { code: 'shim-leaked', severity: 'warning' },
      { code: 'shim-wedged', severity: 'critical' },
    ],
    live: () => ({ clients: 2, resyncs: 1 }),
    ...options,
  })

const text = async (agent: MemoryAgent, options: Partial<ExpositionOptions> = {}, accept?: string) =>
  (await exposition(agent, options).render(accept)).body
const lines = (body: string, name: string) =>
  body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))

const busy = () => {
  const agent = memoryAgent(
    aSnapshot({
      daemons: [aDaemon(), aDaemon({ pid: 813, startedAt: '2026-11-01T09:00:00.000Z', within: 'kind' })],
      shims: [
        aShim(),
        aShim({ pid: 4001, rssBytes: null, supervision: 'orphaned', relation: 'empty', daemon: null }),
        aShim({ pid: 4002, generation: 'conmon', runtime: 'conmon', containerdNamespace: null }),
      ],
      containers: [
        aContainer(),
        aContainer({ id: 'lost', shim: null, state: 'paused' }),
        aContainer({
          id: 'podman',
          shim: '4002@900',
          runtime: 'podman',
          containerdNamespace: null,
          pod: null,
          chain: ['conmon'],
        }),
      ],
      verdicts: [
        aVerdict(),
        aVerdict({ code: 'container-shimless', severity: 'critical', subject: { kind: 'container', id: 'lost' } }),
        aVerdict({
          code: 'shim-wedged',
          severity: 'critical',
          status: 'pending',
          subject: { kind: 'shim', key: '4002@900' },
        }),
      ],
    }),
  )
  agent.counted = {
    ...noCounts,
    passes: 7,
    passSeconds: { ...noCounts.passSeconds, counts: [1, 5, 7, 7], sum: 0.4 },
    events: new Map([['shim-gone', 3]]),
    shimCpuSeconds: new Map([['containerd-shim-runc-v2', 12.5]]),
    daemonRestarts: new Map([
      ['x', { runtime: 'containerd', address: '/run/containerd/containerd.sock', restarts: 2 }],
    ]),
  }
  return agent
}

describe('the exposition', () => {
  test('counts shims and containers by what matters', async () => {
    const body = await text(busy())
    expect(lines(body, 'shimscope_shims')).toEqual([
      'shimscope_shims{runtime="containerd-shim-runc-v2",containerd_namespace="k8s.io",relation="one-to-one",parentage="init",supervision="managed"} 1',
      'shimscope_shims{runtime="containerd-shim-runc-v2",containerd_namespace="k8s.io",relation="empty",parentage="init",supervision="orphaned"} 1',
      'shimscope_shims{runtime="conmon",containerd_namespace="",relation="one-to-one",parentage="init",supervision="managed"} 1',
    ])
    expect(lines(body, 'shimscope_containers').map((line) => line.replace(/.*role=/, ''))).toEqual([
      '"container",state="paused",kept="none"} 1',
      '"container",state="running",kept="monitor"} 1',
      '"container",state="running",kept="shim"} 1',
    ])
    expect(lines(body, 'shimscope_chains')).toContain(
      'shimscope_chains{chain="kubelet/containerd/containerd-shim-runc-v2"} 2',
    )
    expect(lines(body, 'shimscope_shim_memory_bytes')[0]).toBe(
      'shimscope_shim_memory_bytes{runtime="containerd-shim-runc-v2"} 10000000',
    )
    expect(lines(body, 'shimscope_shim_cpu_seconds_total')).toEqual([
      'shimscope_shim_cpu_seconds_total{runtime="containerd-shim-runc-v2"} 12.5',
    ])
    expect(lines(body, 'shimscope_daemon_restarts_total')).toEqual([
      'shimscope_daemon_restarts_total{runtime="containerd",address="/run/containerd/containerd.sock"} 2',
    ])
    expect(lines(body, 'shimscope_daemon_start_time_seconds')).toHaveLength(1)
    expect(lines(body, 'shimscope_pass_duration_seconds_bucket').at(-1)).toBe(
      'shimscope_pass_duration_seconds_bucket{le="+Inf"} 7',
    )
    expect(lines(body, 'shimscope_pass_duration_seconds_count')).toEqual(['shimscope_pass_duration_seconds_count 7'])
    expect(lines(body, 'shimscope_live_clients')).toEqual(['shimscope_live_clients 2'])
    expect(lines(body, 'shimscope_build_info')[0]).toMatch(
      /^shimscope_build_info\{version="0\.1\.0",nodeversion="\d+\.\d+\.\d+"\} 1$/,
    )
  })

  test('has every known verdict code, and names the pods of the firing ones', async () => {
    const body = await text(busy())
    expect(lines(body, 'shimscope_verdicts')).toEqual([
      'shimscope_verdicts{code="shim-leaked",severity="warning",status="firing"} 1',
      'shimscope_verdicts{code="shim-wedged",severity="critical",status="firing"} 0',
      'shimscope_verdicts{code="container-shimless",severity="critical",status="firing"} 1',
      'shimscope_verdicts{code="shim-wedged",severity="critical",status="pending"} 1',
    ])
    expect(lines(body, 'shimscope_verdict_info')).toEqual([
      'shimscope_verdict_info{code="container-shimless",namespace="default",pod="web-1",container="web"} 1',
      'shimscope_verdict_info{code="shim-leaked",namespace="default",pod="web-1",container="web"} 1',
    ])
  })

  test('leaves no dead series behind, and follows the passes without waiting for one', async () => {
    const agent = busy()
    const made = exposition(agent)
    expect((await made.render(undefined)).body).toContain('supervision="orphaned"')
    agent.look(aSnapshot({ takenAt: '2026-11-01T12:00:05.000Z' }))
    const { body } = await made.render(undefined)
    expect(lines(body, 'shimscope_shims')).toEqual([])
    expect(lines(body, 'shimscope_verdict_info')).toEqual([])
    expect(lines(body, 'shimscope_last_pass_timestamp_seconds')).toEqual([
      `shimscope_last_pass_timestamp_seconds ${Date.parse('2026-11-01T12:00:05Z') / 1000}`,
    ])
  })

  test('never mixes two passes, though one ends while a scrape is rendered', async () => {
    const agent = busy()
    const made = exposition(agent)
    const first = made.render(undefined)
    agent.look(aSnapshot({}))
    const second = made.render(openMetrics)
    expect(lines((await first).body, 'shimscope_shims')).toHaveLength(3)
    expect(lines((await first).body, 'shimscope_containers')).toHaveLength(3)
    expect(lines((await second).body, 'shimscope_shims')).toHaveLength(0)
  })

  test('being read by two Prometheis, in both formats, changes nothing', async () => {
    const made = exposition(busy())
    const readings = []
    for (const accept of ['text/plain', openMetrics, 'text/plain', openMetrics, 'text/plain'])
      readings.push((await made.render(accept)).body)
    const totals = (body: string) =>
      new Map(
        [...body.matchAll(/^(\w+_total(?:\{.*\})?) (\S+)$/gm)].map(([, series = '', value]) => [series, Number(value)]),
      )
    const ofTheNode = (body: string) =>
      [...totals(body)].filter(([series]) => !/^process_|_loop_busy_|_context_switches_/.test(series))
    const [first = '', ...later] = readings
    expect(ofTheNode(first).length).toBeGreaterThan(10)
    for (const body of later) expect(ofTheNode(body)).toEqual(ofTheNode(first))
    // The agent's own cost goes on, and never back.
    for (const [index, body] of later.entries())
      for (const [series, value] of totals(readings[index] ?? ''))
        expect(totals(body).get(series)).toBeGreaterThanOrEqual(value)
  })

  test('what the agent itself costs is there', async () => {
    const body = await text(busy())
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_start_time_seconds'])
      expect(Number(lines(body, name)[0]?.split(' ')[1])).toBeGreaterThan(0)
    expect(lines(body, 'shimscope_context_switches_total')).toHaveLength(2)
  })

  test('before the first pass there is nothing to say about the node', async () => {
    const body = await text(memoryAgent())
    expect(lines(body, 'shimscope_processes')).toEqual([])
    expect(lines(body, 'shimscope_verdicts')).toEqual([])
    expect(lines(body, 'shimscope_live_clients')).toHaveLength(1)
  })

  test('text and OpenMetrics take turns without changing names', async () => {
    const made = exposition(busy())
    const before = await made.render('text/plain')
    const open = await made.render(openMetrics)
    const after = await made.render(undefined)
    const names = (body: string) =>
      [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`)
    expect(names(after.body)).toEqual(names(before.body))
    expect(names(before.body)).toContain('shimscope_events_total counter')
    expect(names(open.body)).toContain('shimscope_events counter')
    expect(open.body).toContain('\nshimscope_events_total{type="shim-gone"} 3\n')
    expect(open.body).not.toContain('_total_total')
    expect(open.body.endsWith('\n# EOF\n')).toBe(true)
    expect(open.body).not.toContain('\n\n')
    expect(open.contentType).toMatch(/^application\/openmetrics-text; version=1\.0\.0/)
    expect(before.contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  test('per-container series only on request, capped, and what was dropped is counted', async () => {
    const containers = Array.from({ length: 12 }, (_, i) => aContainer({ id: `c${i}` }))
    const agent = memoryAgent(aSnapshot({ containers }))
    expect(await text(agent)).not.toContain('shimscope_container_memory_bytes')
    const body = await text(agent, { containers: true, maxSeries: 10 })
    expect(lines(body, 'shimscope_container_memory_bytes')).toHaveLength(10)
    expect(lines(body, 'shimscope_series_dropped')).toContain(
      'shimscope_series_dropped{metric="shimscope_container_memory_bytes"} 2',
    )
  })

  test('how much was dropped is there before anything is', async () => {
    expect(lines(await text(busy()), 'shimscope_series_dropped')).toEqual([
      'shimscope_series_dropped{metric="shimscope_verdict_info"} 0',
    ])
  })

  test('infos are capped, the most severe first', async () => {
    const verdicts = Array.from({ length: 9 }, (_, i) =>
      aVerdict({ code: `code-${i}`, severity: i === 8 ? 'critical' : 'info', subject: { kind: 'node' } }),
    )
    const body = await text(memoryAgent(aSnapshot({ verdicts })), { maxSeries: 3 })
    const infos = lines(body, 'shimscope_verdict_info')
    expect(lines(body, 'shimscope_series_dropped')).toContain(
      'shimscope_series_dropped{metric="shimscope_verdict_info"} 6',
    )
    expect(infos.map((line) => /code="([^"]*)"/.exec(line)?.[1])).toEqual(['code-8', 'code-0', 'code-1'])
  })
})

describe('what a process calls itself', () => {
  test('cannot hide the series of another', async () => {
    const shims = [
      aShim({ pid: 1, runtime: '1,containerd_namespace:2', containerdNamespace: '3' }),
      aShim({ pid: 2, runtime: '1', containerdNamespace: '2,containerd_namespace:3' }),
    ]
    expect(lines(await text(memoryAgent(aSnapshot({ shims }))), 'shimscope_shims')).toHaveLength(2)
  })

  test('cannot break a line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (hostile) => {
        const agent = memoryAgent(aSnapshot({ shims: [aShim({ containerdNamespace: `${hostile}"} 1\nforged{x="` })] }))
        const body = await text(agent)
        expect(lines(body, 'shimscope_shims')).toHaveLength(1)
        expect(body).not.toMatch(/^forged/m)
      }),
      { numRuns: 50 },
    )
  })
})

test('every metric has a prefix, a help text, and labels that its series keep to', async () => {
  const agent = busy()
  for (const { name, help, labels, type, series } of everyMetric()) {
    expect(name).toMatch(/^(?:shimscope|process|nodejs)_[a-z_]+$/)
    expect(help).toMatch(/^[A-Z].{15,}\.?$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    const scrape = {
      pass: agent.latest(),
      counts: agent.counts(),
      lastPassAtMs: 1,
      live: { clients: 0, resyncs: 0 },
      own: measureOwnCost(),
      door: undefined,
      journal: undefined,
      version: '1',
      nodeVersion: '20',
      verdictTable: [],
    }
    for (const made of series(scrape)) {
      expect(Object.keys(made.labels).filter((label) => label !== 'le')).toEqual([...labels])
      expect(Number.isFinite(made.value)).toBe(true)
    }
  }
})

const promtool = spawnSync('promtool', ['--version']).error === undefined

describe.skipIf(!promtool && process.env['CI'] !== 'true')(
  'promtool check metrics (skipped: promtool is not installed)',
  () => {
    test.each([
      ['of a busy node', busy, {}],
      ['with a series for each container', busy, { containers: true }],
      ['before the first pass', () => memoryAgent(), {}],
      [
        'with hostile names',
        () => memoryAgent(aSnapshot({ shims: [aShim({ containerdNamespace: 'a"\\\n\r\u0000\ud800,b:😀' })] })),
        {},
      ],
    ])('%s', async (_, agent, options) => {
      const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
        input: await text(agent(), options),
        encoding: 'utf8',
      })
      expect(error).toBeUndefined()
      expect(`${stdout}${stderr}`).toBe('')
      expect(status).toBe(0)
    })
  },
)
