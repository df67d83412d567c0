import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Daemon, startDaemon } from './support/daemon.ts'
import { attempts, FLOOD, flood, type Try } from './support/door-attempts.ts'
import { until } from './support/until.ts'

const root = new URL('../../', import.meta.url)
const page = new URL('deploy/README.md', root)

describe('what was tried at the door of the built program, and what it gets', () => {
  let daemon: Daemon
  let url: URL
  beforeAll(async () => {
    daemon = startDaemon([])
    url = new URL(await daemon.serves())
    await until('it has looked', async () => (await fetch(new URL('/-/ready', url))).status === 200)
  })
  afterAll(async () => {
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toEqual({ code: 0, signal: null })
    // Whatever came, nothing failed inside.
    expect(daemon.said()).not.toMatch(/a request failed|should not have happened/)
  })

  /** Says it all, a piece at a time, until the answer is the one that is expected; or says what was heard instead. */
  async function answerTo({ say, gets }: Try): Promise<string> {
    const socket = connect(Number(url.port), '127.0.0.1')
    let heard = Buffer.alloc(0)
    let ended = false
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes])
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      ended = true
    })
    const answer = () => [statuses(heard), closeCode(heard), ended ? 'ended' : ''].filter(Boolean).join(' ')
    // A WebSocket speaks once it is open; headers that drip take a while.
    const pauseMs = say.length > 30 && typeof say[1] === 'string' ? 300 : 0
    for (const [at, piece] of say.entries()) {
      if (at === 1 && typeof piece !== 'string') await until('it is open', () => heard.length > 0 || ended)
      if (ended) break
      socket.write(piece)
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    try {
      await until('the answer', () => answer() === gets, 15_000)
    } catch {
      return answer() || 'nothing'
    } finally {
      socket.destroy()
    }
    expect(heard.includes('root:')).toBe(false)
    return answer()
  }

  const tried = attempts.flatMap(({ attempt, tries = [] }) =>
    tries.map((one, at) => ({ name: `${attempt} ${at}`, one })),
  )
  test.each(tried)('$name', async ({ one }) => {
    expect(await answerTo(one)).toBe(one.gets)
    expect((await fetch(new URL('/-/healthy', url))).status).toBe(200)
  })

  test('each line that another test holds is held by one', () => {
    for (const { attempt, tries, heldBy } of attempts) {
      expect([attempt, (tries?.length ?? 0) > 0 || heldBy !== undefined]).toEqual([attempt, true])
      if (heldBy !== undefined) expect(readFileSync(new URL(heldBy[0], root), 'utf8')).toContain(heldBy[1])
    }
  })

  test('the table says so', async () => {
    const text = readFileSync(page, 'utf8')
    const place = /(<!-- attempts -->\n)[\s\S]*?(<!-- \/attempts -->)/
    expect(text).toMatch(place)
    const rows = attempts.map(({ attempt, answer }) => `| ${attempt} | ${answer} |`)
    const table = ['| attempt | answer |', '|---|---|', ...rows].join('\n')
    const made = text.replace(place, (_, open: string, close: string) => `${open}${table}\n${close}`)
    await expect(made).toMatchFileSnapshot('../../deploy/README.md')
  })

  // The last: it takes what this address may ask for a while.
  test('a flood on one connection', async () => {
    const socket = connect(Number(url.port), '127.0.0.1')
    let heard = ''
    socket.on('data', (bytes) => {
      heard += bytes
    })
    socket.write(flood)
    const count = (status: string) => heard.split(`HTTP/1.1 ${status}`).length - 1
    await until('all are answered', () => count('200') + count('429') === FLOOD, 120_000)
    expect(count('429')).toBeGreaterThan(0)
    socket.destroy()
    await until('it is open again', async () => (await fetch(new URL('/-/healthy', url))).status === 200)
  })
})

const statuses = (heard: Buffer): string =>
  [...heard.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status).join(' ')

/** Of a closing frame of a server, which stands last: two bytes of a code, with a reason behind it or without. RFC 6455, 5.5.1 */
function closeCode(heard: Buffer): string {
  const at = heard.lastIndexOf(0x88)
  const length = heard[at + 1] ?? 0
  return at >= 0 && heard.includes('101 Switching') && at + 2 + length === heard.length && length >= 2
    ? String(heard.readUInt16BE(at + 2))
    : ''
}
