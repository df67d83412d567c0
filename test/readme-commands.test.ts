import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from './core/snapshot/support/nodes.ts'
import { serveFeed, until } from './outputs/live/support/feed.ts'
import { memoryAgent } from './outputs/support/memory-agent.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const lines =
  /<!-- commands -->\n```sh\n(?<lines>[\s\S]*?)```/.exec(readme)?.groups?.['lines']?.trim().split('\n') ?? []
const has = (tool: string) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0

/** What each command of the README must print, by what tells it from the others. */
const expected: readonly (readonly [RegExp, RegExp])[] = [
  [/^curl.*follow'$/, /id: run-1:2\ndata: \{"seq":2,.*container-started/],
  [/^curl.*Last-Event-ID/, /data: \{"seq":2,.*container-created[^\n]*\n\nid: run-1:2\ndata: /],
  [/^curl.*follow' \| sed/, /^2026-\S+\tcontainer-created\t.*web-2/m],
  [/^curl.*verdicts/, /^warning\tshim-leaked\tfiring\tshim 4000 has no container left$/m],
  [/^curl.*shims/, /^4000$/m],
  [/^curl.*live\.schema\.json/, /^type seq takenAt previous pass changed removed events$/m],
  [/^websocat.*\/live$/, /"type":"hello"[\s\S]*"type":"snapshot"[\s\S]*"type":"delta"/],
  [/^websocat.*since=/, /"type":"hello"[\s\S]*"type":"delta"/],
  [/^websocat.*processes' \| jq/, /^hello\t1\nsnapshot\t1\ndelta\t2$/m],
]

const running: ChildProcess[] = []
afterEach(() => {
  for (const { pid } of running.splice(0)) {
    try {
      // The whole pipe: each command is the leader of its own group.
      if (pid !== undefined) process.kill(-pid)
    } catch {
      // It has ended by itself.
    }
  }
})

describe('the commands of the README', () => {
  test('each has an expectation, and each expectation a command', () => {
    expect(lines.length).toBe(expected.length)
    for (const [command] of expected) expect(lines.filter((line) => command.test(line))).toHaveLength(1)
  })

  test.each(lines)('%s', async (line) => {
    const [, print = /^$/] = expected.find(([command]) => command.test(line)) ?? []
    const agent = memoryAgent(
      aSnapshot({ daemons: [aDaemon()], shims: [aShim({ supervision: 'orphaned' })], verdicts: [aVerdict()] }),
    )
    const { port, feed } = await serveFeed(agent)
    const command = line.replaceAll('19256', `${port}`).replaceAll('RUN:SEQ', 'run-1:1')
    const change = () => {
      if (agent.latest()?.snapshot.seq === 1) {
        agent.look(aSnapshot({ ...agent.latest()?.snapshot, containers: [aContainer({ id: 'web-2', name: 'web-2' })] }))
      }
    }
    if (command.startsWith('websocat') && !has('websocat')) {
      // Debian 12 has no websocat; its address is called all the same, by another client.
      const frames: string[] = []
      const socket = new WebSocket(/ws:\/\/[^\s']+/.exec(command)?.[0] ?? '')
      socket.on('message', (text) => frames.push(String(text)))
      await until(() => frames.length >= (command.includes('since=') ? 1 : 2))
      change()
      const types = () => frames.map((text) => JSON.parse(text).type).filter((type) => type !== 'heartbeat')
      await until(() => types().at(-1) === 'delta')
      expect(types()).toEqual(command.includes('since=') ? ['hello', 'delta'] : ['hello', 'snapshot', 'delta'])
      socket.terminate()
      return
    }
    const child = spawn('bash', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    running.push(child)
    let out = ''
    let err = ''
    child.stdout.on('data', (text) => {
      out += text
    })
    child.stderr.on('data', (text) => {
      err += text
    })
    // What is followed changes as soon as somebody follows it.
    if (command.includes('Last-Event-ID')) change()
    else await until(() => agent.listeners > 1 || feed.counts().clients > 0 || child.exitCode !== null)
    change()
    await until(() => print.test(out) || (child.exitCode ?? 0) !== 0)
    expect(err).toBe('')
    expect(out).toMatch(print)
  })
})
