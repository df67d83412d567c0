import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Frame, NodeEvent } from '../../src/core/model/event.ts'
import { readSegment } from '../../src/journal/read-segment.ts'
import { listSegments } from '../../src/journal/segment-files.ts'
import { skipReal } from './support/prerequisites.ts'
import { until } from './support/until.ts'
import { project } from './support/world.ts'

const recording = join(project, 'test/recordings/demo-pod-shim-killed.proc')

describe.skipIf(skipReal())('the journal', () => {
  test('a full disk costs no event, and the agent goes on', { timeout: 120_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'shimscope-journal-'))
    // A disk of its own, which goes away with the process: nobody else sees this mount.
    const script = 'mount -t tmpfs -o size=256k none "$0" && exec "$@"'
    const serving = ['serve', '--from', recording, '--loop', '--speed', '20', '--grace', '0s', '--log.level', 'info']
    const options = ['--web.listen-address', '127.0.0.1:0', '--journal.directory', directory]
    const program = [process.execPath, join(project, 'dist/main.js'), ...serving, ...options]
    const child = spawn('unshare', ['--mount', 'sh', '-c', script, directory, ...program])
    try {
      let said = ''
      let logged = ''
      child.stdout.on('data', (text) => {
        said += text
      })
      child.stderr.on('data', (text) => {
        logged += text
      })
      const url = await until('it listens', async () => /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0])
      const disk = `/proc/${child.pid}/root${directory}`
      const events: NodeEvent[] = []
      const socket = new WebSocket(new URL('api/v1/live', url.replace('http', 'ws')))
      socket.on('message', (text) => {
        const frame = JSON.parse(String(text)) as Frame
        if (frame.type === 'delta') events.push(...frame.events)
      })
      const journalLines = () => logged.split('\n').filter((line) => line.includes('the journal'))
      const more = async (what: string) => {
        const before = events.length
        await until(what, async () => events.length > before + 20, 40_000)
      }
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
      const failed = async () => {
        const metrics = await (await fetch(new URL('metrics', url))).text()
        return Number(/^shimscope_journal_failed_writes_total (\d+)$/m.exec(metrics)?.[1])
      }
      await until('it has failed twice', async () => (await failed()) >= 2, 40_000)
      await more('events come while the disk is full')
      expect(journalLines()).toHaveLength(1)
      expect(journalLines()[0]).toMatch(/ error .* cannot be written; it is tried again every 10 s: ENOSPC$/)

      rmSync(filler)
      await until('it is written again', async () => journalLines().length === 2, 40_000)
      expect(journalLines()[1]).toMatch(/ is written again$/)
      await more('events come afterwards')
      const seen = [...events]
      const written = new Set<string>()
      for (const { path } of listSegments(disk))
        for await (const moment of readSegment(path, () => {}))
          for (const event of moment.events) written.add(nameOf(event))
      expect(seen.filter((event) => !written.has(nameOf(event)))).toEqual([])
      socket.terminate()
    } finally {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    }
  })
})

const nameOf = ({ seq, at, type, summary }: NodeEvent): string => JSON.stringify([seq, at, type, summary])
