import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import WebSocket from 'ws'
import { readSegment } from '../../src/journal/read-segment.ts'
import { listSegments } from '../../src/journal/segment-files.ts'
import { parseRecording } from '../../src/sources/parse-recording.ts'
import { child } from '../sources/child.ts'
import { folder, shimscope } from '../commands/world.ts'
import { replay } from '../replay.ts'
import { CANARY, poisoned, recordings } from './canaries.ts'

test.each(recordings())('%s: no verdict and no process shows what its processes were given', async (recording) => {
  const { moments } = parseRecording(Buffer.from(poisoned(recording)))
  const { snapshot, processes } = await replay(moments)
  const shown = JSON.stringify([snapshot, processes()])
  expect(shown).toContain('[redacted]')
  expect(shown).not.toContain(CANARY)
})

test('evidence that quotes a command line was among those', async () => {
  const quoting = new Set<string>()
  for (const recording of recordings()) {
    const { snapshot } = await replay(parseRecording(Buffer.from(poisoned(recording))).moments)
    for (const { code, evidence } of snapshot.verdicts)
      if (evidence.some(({ source, observed }) => source.endsWith('/cmdline') && observed.includes('[redacted]')))
        quoting.add(code)
  }
  expect([...quoting]).toContain('shim-transient-stuck')
})

/** Everything that a daemon answers, sends, prints, logs and writes; and what commands make of that. */
async function allThatIsTold(file: string, journal: string, ...options: string[]): Promise<Map<string, string>> {
  const told = new Map<string, string>()
  const stop = new AbortController()
  const log: string[] = []
  let begun: (url: string) => void
  const welcome = new Promise<string>((resolve) => {
    begun = resolve
  })
  const write = (text: string) => {
    log.push(text)
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(text)?.[0]
    if (url !== undefined) begun(url)
  }
  const argv = [
    '--from',
    file,
    '--loop',
    '--grace',
    '0s',
    '--web.listen-address',
    '127.0.0.1:0',
    '--log.level',
    'debug',
    '--journal.directory',
    journal,
  ]
  const served = shimscope(['serve', ...argv, '--metrics.containers', '--log.format', 'json', ...options], {
    stdout: { write },
    stderr: { write },
    untilStopped: () => stop.signal,
  })
  const url = await welcome
  const feed = new WebSocket(new URL('api/v1/live?processes', url.replace('http', 'ws')))
  const frames: string[] = []
  await new Promise<void>((resolve) => {
    feed.on('message', (frame) => {
      frames.push(String(frame))
      if (JSON.parse(String(frame)).type === 'snapshot') resolve()
    })
  })
  const { paths } = (await (await fetch(new URL('api/v1/openapi.json', url))).json()) as { paths: object }
  for (const path of [...Object.keys(paths), '/', '/tree', '/metrics', '/api/v1/snapshot?processes']) {
    if (path === '/api/v1/live') continue
    const answer = await fetch(new URL(path, url))
    told.set(path, `${JSON.stringify([...answer.headers])}${await answer.text()}`)
  }
  feed.terminate()
  stop.abort()
  expect((await served).code).toBe(0)
  told.set('feed', frames.join('\n'))
  told.set('log', log.join(''))
  const written: string[] = []
  for (const { path } of listSegments(journal))
    for await (const moment of readSegment(path, () => {})) written.push(JSON.stringify(moment))
  told.set('journal', written.join('\n'))

  const takenAt = new Date(parseRecording(readFileSync(file)).moments[0]?.takenAtMs ?? 0).toISOString()
  const excerpt = `${journal}.excerpt`
  const then = ['--journal.directory', journal]
  const commands = [
    ['tree', '--from', file],
    ['snapshot', '--from', file, '--processes'],
    ['verdicts', '--from', file],
    ['verdicts', '--from', file, '--json'],
    ['verdicts', '--from', file, '--output', 'npd'],
    ['doctor', '--from', file],
    ['snapshot', '--at', takenAt, ...then],
    ['events', '--since', takenAt, '--json', ...then],
    ['record', excerpt, '--from-journal', '--around', takenAt, ...then],
  ]
  for (const [name = '', ...argv] of commands) {
    const grace = name === 'doctor' || argv.includes(journal) ? [] : ['--grace', '0s']
    const takesNone = name === 'doctor' || name === 'events'
    const ran = await shimscope([name, ...argv, ...grace, ...(takesNone ? [] : options)])
    expect({ name, complaint: ran.code === 2 ? ran.err : '' }).toEqual({ name, complaint: '' })
    told.set(['shimscope', name, ...argv.filter((arg) => arg.startsWith('--'))].join(' '), ran.out + ran.err)
  }
  told.set('excerpt', readFileSync(excerpt, 'latin1'))
  return told
}

const incident = 'shim-transient-stuck.proc'

test('no route, frame, line of the log, metric or command tells a secret', { timeout: 120_000 }, async () => {
  using here = folder()
  const file = here.write('poisoned.proc', poisoned(incident))
  expect(readFileSync(file, 'utf8')).toContain(CANARY)
  const told = await allThatIsTold(file, join(here.path, 'journal'))
  for (const [where, text] of told) expect({ where, tells: text.includes(CANARY) }).toEqual({ where, tells: false })
  // Where there is something to hide, it was hidden, and not merely left out.
  const hiding = ['/api/v1/processes', '/api/v1/verdicts', 'feed', 'log', 'journal', 'excerpt']
  const commands = ['verdicts --from', 'verdicts --from --json', 'snapshot --at --journal.directory']
  for (const where of [...hiding, ...commands.map((name) => `shimscope ${name}`)])
    expect({ where, hides: told.get(where)?.includes('[redacted]') }).toEqual({ where, hides: true })
})

test('--redact=strict shows nothing of a command line but the program', { timeout: 120_000 }, async () => {
  using here = folder()
  // Words of no known form: nothing but strictness can hide them.
  const file = here.write('strict.proc', poisoned(incident).replaceAll('␀--password=', `␀${CANARY}␀--plain=`))
  const told = await allThatIsTold(file, join(here.path, 'journal'), '--redact', 'strict')
  for (const [where, text] of told) expect({ where, tells: text.includes(CANARY) }).toEqual({ where, tells: false })
  const { processes } = JSON.parse(
    (await shimscope(['snapshot', '--from', file, '--processes', '--redact=strict'])).out,
  )
  expect(processes.length).toBeGreaterThan(3)
  for (const { argv } of processes) expect(argv.length).toBeLessThanOrEqual(1)
})

test('a recording of this machine: a secret in an argument and in a name', { timeout: 120_000 }, async () => {
  using here = folder()
  const secret = `${CANARY}live`
  await using named = await child('', 'pw=c4n4ry5ecret')
  const given = spawn('sh', ['-c', 'read forever', 'app', `--password=${secret}`, `plain-${CANARY}`])
  try {
    for (const redact of ['secrets', 'strict']) {
      const file = join(here.path, `${redact}.proc`)
      expect(await shimscope(['record', file, '--redact', redact])).toMatchObject({ code: 0 })
      const text = readFileSync(file, 'utf8')
      expect(text).not.toContain(secret)
      expect(text).toContain(`-- /proc/${given.pid}/cmdline --\nsh`)
      expect(text.includes(`plain-${CANARY}`)).toBe(redact === 'secrets')
      expect(text).toContain(`\n${named.pid} (pw=[redacted]) `)
      expect(text).not.toMatch(/\(pw=c4n/)
      expect(text).not.toContain('/environ')
    }
  } finally {
    given.kill('SIGKILL')
  }
})

test('environ is named nowhere in the program', () => {
  const root = new URL('../../src/', import.meta.url)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(150)
  for (const name of files)
    expect({ name, text: readFileSync(new URL(name, root), 'utf8') }).toMatchObject({
      text: expect.not.stringMatching(/environ\b/),
    })
})
