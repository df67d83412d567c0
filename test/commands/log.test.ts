import { describe, expect, test } from 'vitest'
import { createLog } from '../../src/commands/log.ts'
import { shimscope } from './world.ts'

const demo = new URL('../recordings/demo-pod-shim-killed.proc', import.meta.url).pathname

/** `serve` over the demo until this many lines were logged. */
async function served(lines: number, ...options: string[]): Promise<{ readonly out: string; readonly err: string[] }> {
  const stop = new AbortController()
  const out: string[] = []
  const err: string[] = []
  const argv = ['serve', '--from', demo, '--grace', '0s', '--speed', '20', '--web.listen-address', '127.0.0.1:0']
  const deadline = setTimeout(() => stop.abort(), 20_000)
  const { code } = await shimscope([...argv, ...options], {
    stdout: { write: (text) => out.push(text) },
    stderr: {
      write: (text) => {
        err.push(text)
        if (err.length >= lines) stop.abort()
      },
    },
    untilStopped: () => stop.signal,
  })
  clearTimeout(deadline)
  expect(code).toBe(0)
  return { out: out.join(''), err }
}

describe('the log of serve', () => {
  test('--log.format=json: one JSON object a line, each thing once, under the names of OpenTelemetry', async () => {
    const { out, err } = await served(6, '--log.format=json')
    expect(out).toBe('')
    const lines = err.map((line) => {
      expect(line).toMatch(/^\{[^\n]*\}\n$/)
      return JSON.parse(line) as Record<string, unknown>
    })
    expect(lines[0]).toMatchObject({ level: 'info', msg: expect.stringContaining('open http://127.0.0.1:') })
    const raised = lines.filter((line) => line['event.name'] === 'shimscope.verdict-raised')
    // The pod has two containers: one line for each, and no second one for the event.
    expect(raised.map((line) => line['k8s.container.name']).sort()).toEqual(['app', 'proxy'])
    for (const line of raised) {
      expect(line).toMatchObject({
        level: 'error',
        'k8s.namespace.name': 'default',
        'k8s.pod.name': 'web',
        'k8s.pod.uid': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'container.id': expect.stringMatching(/^[0-9a-f]{64}$/),
        'container.name': line['k8s.container.name'],
        'process.pid': expect.any(Number),
        'k8s.node.name': expect.any(String),
        'shimscope.verdict.code': 'container-shimless',
      })
    }
    const said = lines.map(({ time, msg }) => `${String(time)} ${String(msg)}`)
    expect(new Set(said).size).toBe(said.length)
  })

  test('text, for people, and only as much as is asked for', async () => {
    const { out, err } = await served(2, '--log.level', 'error')
    expect(out).toContain('open http://127.0.0.1:')
    expect(err).toHaveLength(2)
    for (const line of err) expect(line).toMatch(/^\S+Z error container-shimless fires: .*\n$/)
  })
})

test.each(['text', 'json'] as const)('%s: what a process wrote is one line, and no terminal obeys it', (logFormat) => {
  const hostile = 'a\n\u001b[2J\u009b1m\u202e"\u{e0001}'
  const written: string[] = []
  const log = createLog({ logLevel: 'info', logFormat }, { stderr: { write: (text) => written.push(text) } })
  log.warn(hostile, { 'container.name': hostile, failure: hostile })
  expect(written).toHaveLength(1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
  expect(written[0]).toMatch(/^[^\u0000-\u001f\u007f-\u009f\p{Cf}]*\n$/u)
  if (logFormat === 'json')
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ msg: hostile, 'container.name': hostile })
})
