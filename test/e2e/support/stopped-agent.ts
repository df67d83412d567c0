import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Frame } from '../../../src/core/model/event.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { nodeDirectory } from './node-directory.ts'
import { until } from './until.ts'

const STOPPED_MS = 60_000
const SOCKETS = 'Num       RefCount Protocol Flags    Type St Inode Path\n'

export interface StoppedAgent {
  readonly daemon: Daemon
  /** What it said last before it was stopped. */
  readonly before: Snapshot
  /** What a client of the feed was sent, and whether it was hung up on. */
  readonly client: { readonly frames: readonly Frame[]; readonly isClosed: () => boolean }
  get(path: string): Promise<string>
  /** Lets it go on, as soon as it has been stopped for a minute. */
  goOn(): Promise<void>
  remove(): void
}

/** An agent that has begun to suspect somebody, and is stopped (SIGSTOP); the node goes on. */
export async function stopAgent(): Promise<StoppedAgent> {
  const node = nodeDirectory()
  const id = 'ef'.repeat(32)
  node.addProcess(101, 1, 'containerd-shim', [
    '/usr/bin/containerd-shim-runc-v2',
    ...['-namespace', 'k8s.io', '-id', id, '-address', '/run/containerd/containerd.sock'],
  ])
  node.addProcess(102, 101, 'app')
  node.write('proc/102/cgroup', `0::/kubepods/burstable/pod0f9f1f0e-1111-4222-8333-000000000003/${id}\n`)
  for (const pid of [1, 101]) node.write(`proc/${pid}/net/unix`, SOCKETS)

  const daemon = startDaemon(['--interval', '200ms', '--grace', '30s', ...node.options])
  const url = await daemon.serves()
  const get = async (path: string): Promise<string> => (await fetch(new URL(path, url))).text()
  const snapshot = async (): Promise<Snapshot> => JSON.parse(await get('api/v1/snapshot'))
  await until('it suspects somebody', async () => (await get('api/v1/verdicts')).includes('pending'))
  const frames: Frame[] = []
  const socket = new WebSocket(new URL('api/v1/live', url.replace('http', 'ws')))
  socket.on('message', (text) => frames.push(JSON.parse(String(text)) as Frame))
  socket.on('error', () => {})
  await until('its client is told', () => frames.some(({ type }) => type === 'snapshot'))
  const before = await snapshot()
  daemon.child.kill('SIGSTOP')
  const sinceMs = performance.now()
  node.write('proc/uptime', '660.00 1.00\n')
  return {
    daemon,
    before,
    client: { frames, isClosed: () => socket.readyState !== WebSocket.OPEN },
    get,
    async goOn() {
      await sleep(Math.max(0, sinceMs + STOPPED_MS - performance.now()))
      daemon.child.kill('SIGCONT')
    },
    remove() {
      socket.terminate()
      daemon.child.kill('SIGKILL')
      node.remove()
    },
  }
}
