import { readFileSync } from 'node:fs'
import { setTimeout as passed } from 'node:timers/promises'
import { expect, test } from 'vitest'
import WebSocket from 'ws'
import type { Frame } from '../../src/core/model/event.ts'
import { serving } from './world.ts'

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

test('npm run demo: page, metrics and feed show an incident, over and over', async () => {
  const [program, main, ...argv] = (scripts.demo as string).split(' ')
  expect([program, main]).toEqual(['node', 'dist/main.js'])
  expect(argv.shift()).toBe('serve')
  // Twenty times as fast: a round takes a second.
  const { url, close } = await serving(...argv, '--speed', '20')
  const get = async (path: string) => (await fetch(new URL(path, url))).text()

  expect(await get('/')).toContain('<title>')
  const events: string[] = []
  const feed = new WebSocket(new URL('api/v1/live', url.replace('http', 'ws')))
  feed.on('message', (text) => {
    const frame = JSON.parse(String(text)) as Frame
    if (frame.type === 'delta') events.push(...frame.events.map(({ type, summary }) => `${type} ${summary}`))
  })
  const firing = async () =>
    /^shimscope_verdicts\{code="container-shimless",severity="critical",status="firing"\} (\d+)$/m.exec(
      await get('/metrics'),
    )?.[1]
  const seen: string[] = []
  const deadline = Date.now() + 20_000
  // Healthy, broken, healthy again, broken again.
  while (seen.join(' ') !== '0 2 0 2' && Date.now() < deadline) {
    const now = (await firing()) ?? '0'
    if (now !== seen.at(-1) && (seen.length > 0 || now === '0')) seen.push(now)
    await passed(20)
  }
  expect(seen).toEqual(['0', '2', '0', '2'])
  expect(await get('/tree')).toMatch(/default\/web\/app .* running .*\n.*container-shimless/)
  expect(events.filter((event) => event.startsWith('verdict-raised')).length).toBeGreaterThanOrEqual(4)
  expect(events.filter((event) => event.startsWith('verdict-cleared')).length).toBeGreaterThanOrEqual(2)
  expect(events.some((event) => event.startsWith('shim-gone'))).toBe(true)
  feed.terminate()
  expect((await close()).code).toBe(0)
})
