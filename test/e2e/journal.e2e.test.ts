import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Frame, NodeEvent } from '../../src/core/model/event.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { readSegment } from '../../src/journal/read-segment.ts'
import { listSegments } from '../../src/journal/segment-files.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { shimOf } from './support/processes.ts'
import { serve } from './support/serve.ts'
import { shimscope } from './support/shimscope.ts'
import { until } from './support/until.ts'
import { project } from './support/world.ts'

const recording = join(project, 'test/recordings/demo-pod-shim-killed.proc')

describe.skipIf(skipReal())('the journal', () => {
  test('shows a node as it was before its shim was killed', { timeout: 120_000 }, async () => {
    const node = await openNode({})
    try {
      const containerd = await node.containerd()
      await containerd.run('web')
      const journal = ['--journal.directory', '/run/journal']
      const served = await serve(node.world, '--interval', '200ms', '--grace', '0s', ...journal)
      const before = JSON.parse(await served.fetch('/api/v1/snapshot')) as Snapshot
      const shim = shimOf(node.world, 'web')
      const killedAt = new Date().toISOString()
      await node.world.kill('KILL', shim)
      const told = async () => (JSON.parse(await served.fetch('/api/v1/events')) as { events: NodeEvent[] }).events
      const gone = await until('it is told', async () => (await told()).find(({ type }) => type === 'shim-gone'))
      const later = JSON.parse(await served.fetch(`/api/v1/snapshot?at=${gone.at}`)) as Snapshot
      // Only the journal is left to tell.
      await node.world.kill('KILL', served.pid)

      const lookBack = async (...argv: string[]) => (await shimscope(node.world, ...argv, ...journal)).stdout
      const { pass: _, takenAt: __, ...then } = JSON.parse(await lookBack('snapshot', '--at', killedAt)) as Snapshot
      expect(before).toMatchObject({ run: then.run, shims: [{ pid: shim }] })
      expect(then.shims.map(({ key }) => key)).toEqual(before.shims.map(({ key }) => key))
      expect(JSON.parse(await lookBack('snapshot', '--at', gone.at))).toEqual(later)
      expect(later.shims).toEqual([])
      expect(await lookBack('tree', '--at', killedAt)).toContain(`containerd-shim-runc-v2 ${shim}`)
      expect(await lookBack('tree', '--at', gone.at)).not.toContain(`containerd-shim-runc-v2 ${shim}`)
      expect(await lookBack('events', '--since', '1h')).toContain(`${gone.at}  shim-gone`)
    } finally {
      await node.world.close()
    }
  })

  test('a full disk costs no event, and the agent goes on', { timeout: 120_000 }, async () => {
    await using served = await serveOnDisk('size=256k')
    const { disk, events, journalLines, more } = served
    await more('events come')

    const filler = join(disk, 'filler')
    for (let bytes = 65_536; bytes >= 1; ) {
      try {
        writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' })
      } catch {
        bytes = Math.floor(bytes / 2)
      }
    }
    expect(statSync(filler).size).toBeGreaterThan(50_000)
    const failed = async () =>
      Number(/^shimscope_journal_failed_writes_total (\d+)$/m.exec(await served.get('metrics'))?.[1])
    await until('it has failed twice', async () => (await failed()) >= 2, 40_000)
    await more('events come while the disk is full')
    expect(journalLines()).toHaveLength(1)
    expect(journalLines()[0]).toMatch(/ error .* cannot be written; it is tried again every 10 s: ENOSPC$/)

    rmSync(filler)
    await until('it is written again', async () => journalLines().length === 2, 40_000)
    expect(journalLines()[1]).toMatch(/ is written again$/)
    await more('events come afterwards')
    const seen = [...events]
    const written = await writtenIn(disk)
    expect(seen.filter((event) => !written.has(nameOf(event)))).toEqual([])
  })

  test('begins with a disk on which nothing can be made, and writes when it can', { timeout: 120_000 }, async () => {
    // The root of the file system takes the only inode.
    await using served = await serveOnDisk('nr_inodes=1')
    const { disk, events, journalLines, more } = served
    await more('events come')
    expect(journalLines()).toEqual([expect.stringMatching(/ error .* cannot be written; .*: ENOSPC$/)])
    await served.remount('nr_inodes=100')
    await until('it is written', async () => journalLines().length === 2, 40_000)
    const before = events.length
    await more('events come afterwards')
    const later = events.slice(before)
    const written = await writtenIn(disk)
    expect(later.filter((event) => !written.has(nameOf(event)))).toEqual([])
  })
})

/** A daemon that plays an incident over and over, and whose journal has a tmpfs that nobody else sees. */
async function serveOnDisk(mountOptions: string) {
  const directory = mkdtempSync(join(tmpdir(), 'shimscope-journal-'))
  const script = `mount -t tmpfs -o ${mountOptions} none "$0" && exec "$@"`
  const serving = ['serve', '--from', recording, '--loop', '--speed', '20', '--grace', '0s', '--log.level', 'info']
  const options = ['--web.listen-address', '127.0.0.1:0', '--journal.directory', directory]
  const program = [process.execPath, join(project, 'dist/main.js'), ...serving, ...options]
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, directory, ...program])
  let said = ''
  let logged = ''
  child.stdout.on('data', (text) => {
    said += text
  })
  child.stderr.on('data', (text) => {
    logged += text
  })
  const end = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
  const url = await until('it listens', () => /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0]).catch(async (error) => {
    await end()
    throw new Error(`${error}: ${logged}`)
  })
  const events: NodeEvent[] = []
  const socket = new WebSocket(new URL('api/v1/live', url.replace('http', 'ws')))
  socket.on('error', () => {})
  socket.on('message', (text) => {
    const frame = JSON.parse(String(text)) as Frame
    if (frame.type === 'delta') events.push(...frame.events)
  })
  return {
    /** The directory, as we see it. */
    disk: `/proc/${child.pid}/root${directory}`,
    /** What a client of the feed was sent. */
    events,
    journalLines: () => logged.split('\n').filter((line) => line.includes('the journal')),
    get: async (path: string) => (await fetch(new URL(path, url))).text(),
    async more(what: string) {
      const before = events.length
      await until(what, () => events.length > before + 20, 40_000)
    },
    async remount(options: string) {
      const remounting = spawn('nsenter', ['-t', `${child.pid}`, '-m', 'mount', '-o', `remount,${options}`, directory])
      expect(await once(remounting, 'exit')).toEqual([0, null])
    },
    async [Symbol.asyncDispose]() {
      socket.terminate()
      await end()
    },
  }
}

async function writtenIn(directory: string): Promise<ReadonlySet<string>> {
  const written = new Set<string>()
  for (const { path } of listSegments(directory))
    for await (const { events } of readSegment(path, () => {})) for (const event of events) written.add(nameOf(event))
  return written
}

const nameOf = ({ seq, at, type, summary }: NodeEvent): string => JSON.stringify([seq, at, type, summary])
