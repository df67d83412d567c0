import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { fallbacks } from '../../src/config.ts'
import { playedOf } from '../../src/commands/played.ts'
import { watchHere } from '../../src/commands/watched.ts'
import type { Frame } from '../../src/core/model/event.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { receive, type View } from '../../src/core/snapshot/receive.ts'
import { listSegments } from '../../src/journal/segment-files.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../core/snapshot/support/nodes.ts'
import { journalIn, type Place, place } from '../journal/support.ts'
import { until } from '../outputs/live/support/feed.ts'
import { memoryAgent } from '../outputs/support/memory-agent.ts'
import { folder, leakedShim, serving, shimscope } from './world.ts'

const minute = 60_000
/** Whole minutes, an hour ago. */
const begunMs = Math.floor(Date.now() / minute) * minute - 60 * minute
const at = (minutes: number): string => new Date(begunMs + minutes * minute).toISOString()

const engine = 'containerd-shim-runc-v2 -namespace k8s.io -id web'
const commandLine = { source: '/proc/4000/cmdline', observed: `runc exec --user postgres ${engine}` }
const healthy = { daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()] }
const forgotten = {
  ...healthy,
  shims: [aShim({ supervision: 'orphaned' })],
  verdicts: [aVerdict({ evidence: [commandLine] })],
}

interface Told {
  readonly type?: string
  readonly kind?: string
}

let kept: Place
let journal: string
let file: string

// Half an hour: at 20 minutes a shim is orphaned, at 25 its container is gone.
beforeAll(async () => {
  kept = place()
  journal = join(kept.path, 'journal')
  mkdirSync(journal)
  file = join(kept.path, 'incident')
  const writing = await journalIn(journal)
  const agent = memoryAgent()
  writing.journal.follow(agent)
  const look = (minutes: number, over: Parameters<typeof aSnapshot>[0]) =>
    agent.look(aSnapshot({ ...over, takenAt: at(minutes) }))
  for (let minutes = 0; minutes < 20; minutes += 1) look(minutes, healthy)
  for (let minutes = 20; minutes < 25; minutes += 1) look(minutes, forgotten)
  for (let minutes = 25; minutes <= 30; minutes += 1) look(minutes, { ...forgotten, containers: [] })
  await writing.journal.close()
})
afterAll(() => kept[Symbol.dispose]())

const record = (...argv: string[]) => shimscope(['record', '--from-journal', '--journal.directory', journal, ...argv])
const then = async (minutes: number) =>
  JSON.parse((await shimscope(['snapshot', '--at', at(minutes), '--journal.directory', journal])).out) as Snapshot
/** As it is played. */
const played = (snapshot: Snapshot): Snapshot => ({ ...snapshot, pass: { ...snapshot.pass, source: 'archive' } })

describe('record --from-journal', () => {
  test('makes one file of an incident, which shows what the journal shows', async () => {
    const { code, out, err } = await record('--around', at(22), '--before', '10m', '--after', '5m', file)
    expect([code, out]).toEqual([0, ''])
    expect(err).toBe(
      `16 moments of node-1 with 3 events in ${file}. It holds names of pods, paths and evidence, as they were redacted when they were seen: read it before you give it away.\n`,
    )
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const from = ['--from', file]
    const show = async (...argv: string[]) => (await shimscope([...argv, ...from])).out
    expect(JSON.parse(await show('snapshot'))).toEqual(played(await then(27)))
    for (const minutes of [12, 15.5, 20, 24.9, 26])
      expect(JSON.parse(await show('snapshot', '--at', at(minutes)))).toEqual(played(await then(minutes)))
    expect((await shimscope(['tree', '--at', at(15.5), ...from])).err).toBe(
      `shimscope: this is the node at ${at(15)}, the last look that is known before ${at(15.5)}\n`,
    )
    // From the end of the file on, not from now.
    expect(JSON.parse(await show('snapshot', '--at', '5m'))).toEqual(played(await then(22)))
    expect(await show('tree', '--at', at(22))).toMatch(/default\/web-1\/web .*\n/)
    expect(await show('tree')).not.toMatch(/default\/web-1\/web/)
    expect(await show('tree')).toContain('Single processes are not known: this is from a journal, which keeps none.')
    expect(await shimscope(['verdicts', ...from])).toMatchObject({ code: 1, err: '' })
    expect(await shimscope(['verdicts', '--at', at(13), ...from])).toMatchObject({ code: 0 })
    expect((await shimscope(['snapshot', '--processes', ...from])).err).toBe(
      'shimscope: a journal keeps no processes, so there are none in this snapshot\n',
    )
    expect((await shimscope(['verdicts', '--output', 'npd', ...from])).out).toContain('shim-leaked')
  })

  test('to the standard output', async () => {
    const argv = ['--around', at(22), '--before', '10m', '--after', '5m']
    expect((await record(...argv, '-')).out).toBe(readFileSync(file, 'utf8'))
  })

  test('what was hidden stays hidden, and more can be', async () => {
    const strict = join(kept.path, 'strict')
    await record('--around', at(22), '--redact', 'strict', strict)
    expect(readFileSync(strict, 'utf8')).toContain('"source":"/proc/4000/cmdline"')
    expect(readFileSync(strict, 'utf8')).not.toContain('postgres')
    expect(readFileSync(file, 'utf8')).toContain('postgres')
    expect((await shimscope(['verdicts', '--from', file])).out).toContain('postgres')
    expect((await shimscope(['verdicts', '--from', file, '--redact', 'strict'])).out).not.toContain('postgres')
  })

  test.each([
    [[], '--from-journal needs --around TIME: the moment that the file is about, such as --around 03:12'],
    [
      ['--around', 'noon'],
      '--around: "noon" is no time; give 03:12 (the latest that is past), -2h (ago), or 2026-11-21T03:12:00Z',
    ],
    [['--around', '2999-01-01'], '--around: 2999-01-01T00:00:00.000Z has not come yet; give a time that has'],
    [['--around', at(-2)], `the journal JOURNAL begins at ${at(0)}, and ${at(-2)} is before that; give a later time`],
    [
      ['--around', at(45), '--before', '5m', '--after', '5m'],
      `the journal JOURNAL has nothing from ${at(40)} to ${at(50)}: nothing is written after ${at(30)}; give another --around`,
    ],
    [
      ['--around', at(5), '--from', 'x'],
      '--from-journal reads the journal and --from FILE a recording; give one of them',
    ],
    [['--around', at(5), '--before', 'long'], '--before: "long" is no duration; give one such as 500ms, 30s, 2m or 1h'],
  ])('%j: one sentence, and no file', async (argv, sentence) => {
    const to = join(kept.path, 'none')
    const { code, out, err } = await record(...argv, to)
    expect([code, out, err.replace(journal, 'JOURNAL')]).toEqual([2, '', `shimscope: ${sentence}\n`])
    expect(existsSync(to)).toBe(false)
  })

  test('never over a file that is there, nor without a journal', async () => {
    expect((await record('--around', at(22), file)).err).toBe(
      `shimscope: ${file} is there already; give another name, or remove it first\n`,
    )
    expect(await shimscope(['record', '--from-journal', '--around', '1h', 'x'])).toMatchObject({
      code: 2,
      err: 'shimscope: --from-journal reads a journal: give --journal.directory DIR, the one that shimscope serve --journal.directory DIR writes\n',
    })
    expect((await shimscope(['record', '--around', '1h', 'x'])).err).toBe(
      'shimscope: --around looks into the journal; give --from-journal too, or leave it out\n',
    )
  })

  test('of a damaged journal it takes what is left, and the file says so', async () => {
    using broken = place()
    const [segment] = listSegments(journal)
    const whole = readFileSync(segment?.path ?? '')
    const damaged = Buffer.from(whole)
    damaged[damaged.length - 200] = (damaged[damaged.length - 200] ?? 0) ^ 1
    writeFileSync(join(broken.path, '00000001.journal'), damaged)
    const to = join(broken.path, 'incident')
    const argv = ['record', '--from-journal', '--journal.directory', broken.path, '--around', at(22), to]
    const { code, err } = await shimscope(argv)
    expect(code).toBe(0)
    expect(err).toMatch(/00000001\.journal is damaged: its last \d+ bytes are left out/)
    expect((await shimscope(['tree', '--from', to])).err).toMatch(/^shimscope: in .*00000001\.journal is damaged/)
    damaged[100] = (damaged[100] ?? 0) ^ 1
    writeFileSync(join(broken.path, '00000001.journal'), damaged)
    const { code: refused, err: why } = await shimscope([...argv.slice(0, -1), `${to}-2`])
    expect(refused).toBe(2)
    expect(why).toMatch(/holds no journal of shimscope that can be read|is damaged: its last/)
    expect(existsSync(`${to}-2`)).toBe(false)
  })
})

describe('such a file', () => {
  test('is no recording that could be read again, and says so', async () => {
    for (const command of [['doctor'], ['record', join(kept.path, 'again')]])
      expect(await shimscope([...command, '--from', file])).toMatchObject({
        code: 2,
        err: `shimscope: ${file} is from a journal: it holds what was concluded, and nothing that could be read again; give a recording that shimscope record made of a node\n`,
      })
    expect((await shimscope(['tree', '--from', file, '--at', at(5)])).err).toBe(
      `shimscope: ${file} is of the time from ${at(12)} to ${at(27)}, and ${at(5)} is not in it; give a time that is\n`,
    )
    const cut = join(kept.path, 'cut')
    writeFileSync(cut, `${readFileSync(file, 'utf8').split('\n').slice(0, -2).join('\n')}\n`)
    expect(await shimscope(['tree', '--from', cut])).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /cut: line \d+ of the excerpt: the end should stand here, the file was cut off; record it again, or correct that line by hand\n$/,
      ),
    })
    using here = folder()
    const recording = here.write('node.proc', leakedShim(600))
    expect((await shimscope(['tree', '--from', recording, '--at', '1h'])).err).toMatch(
      /other recordings and --source ps have no past/,
    )
  })

  test('tells its events and stories as the journal does', async () => {
    const told = (...argv: string[]) => shimscope(['events', '--from', file, ...argv])
    const inJournal = (...argv: string[]) => shimscope(['events', '--journal.directory', journal, ...argv])
    const whole = ['--since', at(12), '--until', at(27)]
    for (const form of [
      [],
      ['--grouped'],
      ['--json'],
      ['--json', '--flat'],
      ['--code', 'shim-leaked'],
      ['--pod', 'web-1'],
    ]) {
      const here = await told(...form)
      expect(here).toMatchObject({ code: 0, err: '' })
      expect(here.out, form.join(' ')).toBe((await inJournal(...whole, ...form)).out)
    }
    const lines = ({ out }: { readonly out: string }) => out.split('\n').slice(0, -1)
    expect(lines(await told()).map((line) => line.split(/ +/)[1])).toEqual([
      'shim-orphaned',
      'verdict-raised',
      'container-exited',
    ])
    expect(lines(await told('--code', 'shim-leaked'))).toHaveLength(1)
    expect(lines(await told('--pod', 'web-1'))).not.toEqual([])
    expect(lines(await told('--pod', 'none'))).toEqual([])
    expect(lines(await told('--since', at(21)))).toHaveLength(1)
    expect(lines(await told('--until', at(21)))).toHaveLength(2)
    // From the end of the file on, not from now.
    expect(lines(await told('--since', '3m'))).toHaveLength(1)
    expect(await told('--since', '1h')).toEqual({
      code: 0,
      out: (await told()).out,
      err: `shimscope: ${file} begins at ${at(12)}: nothing is known of what happened before\n`,
    })
    expect((await told('--since', '6m', '--until', '5m')).out).toBe('')
  })

  test('asked for what is not in it: one sentence', async () => {
    const refused = async (...argv: string[]) => {
      const { code, out, err } = await shimscope(['events', '--from', ...argv])
      expect([code, out]).toEqual([2, ''])
      return err
    }
    const span = `${file} is of the time from ${at(12)} to ${at(27)}, and nothing of what was asked for is in it; give a time that is`
    expect(await refused(file, '--until', at(11))).toBe(`shimscope: ${span}\n`)
    expect(await refused(file, '--since', at(28), '--until', at(29))).toBe(`shimscope: ${span}\n`)
    expect(await refused(file, '--since', '1m', '--until', '2m')).toMatch(/--until is before --since/)
    expect(await refused(file, '--since', 'noon')).toMatch(/--since: "noon" is no time; give 03:12/)
    expect(await refused(file, '--follow')).toBe("shimscope: unknown option '--follow'; see shimscope events --help\n")
    expect(await refused(join(kept.path, 'none'))).toMatch(/cannot be read \(ENOENT\)/)
    using here = folder()
    const recording = here.write('node.proc', leakedShim(600))
    expect(await refused(recording)).toBe(
      `shimscope: ${recording} is a recording of what was read, and holds no events: shimscope watch --from ${recording} concludes and shows them; give a file that shimscope record --from-journal wrote\n`,
    )
  })

  test('of a node that was rebooted, and of events that no delta led to, tells both', async () => {
    using of = place()
    const { journal: writing } = await journalIn(of.path)
    const agent = memoryAgent()
    writing.follow(agent)
    const look = (minutes: number, over: Parameters<typeof aSnapshot>[0]) =>
      agent.look(aSnapshot({ ...over, takenAt: at(minutes) }))
    look(0, healthy)
    look(1, forgotten)
    look(3, { daemons: [aDaemon({ pid: 90 })], bootId: 'b00t-2', run: 'run-2' })
    await writing.close()
    const to = join(of.path, 'incident')
    const argv = ['--around', at(2), '--journal.directory', of.path, to]
    expect((await shimscope(['record', '--from-journal', ...argv])).code).toBe(0)
    // A life of the agent that begins with events: what it could not write before.
    const [missed] = readFileSync(to, 'utf8').match(/^\{"event":.*"shim-orphaned".*$/m) ?? []
    const text = readFileSync(to, 'utf8').replace(
      '{"end":{"moments":3,"events":2}}',
      `${missed}\n{"end":{"moments":3,"events":3}}`,
    )
    writeFileSync(to, text)
    const { out, err } = await shimscope(['events', '--grouped', '--from', to])
    expect(err).toContain('nobody looked between')
    expect(out).toContain('the node was rebooted: 1 shim and 1 container of before are gone')
    expect(out).toContain(`proof: /proc/sys/kernel/random/boot_id: b00t at ${at(1)}, b00t-2 at ${at(3)}`)
    expect((await shimscope(['events', '--from', to])).out.match(/shim-orphaned/g)).toHaveLength(2)
    const { url, close } = await serving('--from', to, '--speed', '5000')
    const get = async (path: string) => (await fetch(new URL(path, url))).json()
    const { events, stories } = (await get(`api/v1/events?since=${at(0)}&until=${at(4)}`)) as Record<string, Told[]>
    expect(events?.map(({ type }) => type)).toEqual(['shim-orphaned', 'verdict-raised', 'shim-orphaned'])
    expect(stories?.map(({ kind }) => kind)).toContain('node-rebooted')
    expect(await get(`api/v1/events?last=10&until=${at(4)}`)).toEqual(
      await get(`api/v1/events?since=${at(0)}&until=${at(4)}`),
    )
    const drawn = (await get(`api/v1/timeline?since=${at(0)}&until=${at(4)}`)) as { readonly reboots: Told[] }
    expect(drawn.reboots).toEqual(stories?.filter(({ kind }) => kind === 'node-rebooted'))
    expect((await close()).code).toBe(0)
  })

  test('is served: page, feed, metrics and API, over and over, and its past', async () => {
    const stop = new AbortController()
    let begun: (line: string) => void
    const welcome = new Promise<string>((resolve) => {
      begun = resolve
    })
    const argv = ['serve', '--from', file, '--loop', '--speed', '5000', '--web.listen-address', '127.0.0.1:0']
    const served = shimscope(argv, { stdout: { write: (text) => begun(text) }, untilStopped: () => stop.signal })
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(await welcome)?.[0] ?? ''
    const get = async (path: string) => (await fetch(new URL(path, url))).text()
    const views: View[] = []
    const follow = (path: string, views: View[]) => {
      const feed = new WebSocket(new URL(path, url.replace('http', 'ws')))
      feed.on('message', (text) => {
        const view = receive(views.at(-1), JSON.parse(String(text)) as Frame)
        if (view === undefined) throw new Error('a frame does not follow')
        views.push(view)
      })
      return feed
    }
    const feed = follow('api/v1/live', views)
    const runs = () => new Set(views.map(({ hello }) => hello.run))
    await until(() => runs().size > 3, 20_000)
    // Each client held what the journal shows for that seq, and time never went back.
    const bySeq = new Map([await then(12), await then(20), await then(25)].map((one) => [one.seq, one]))
    for (const { current } of views) {
      if (current === undefined) continue
      const { daemons, shims, containers, verdicts } = bySeq.get(current.seq) ?? {}
      expect(current).toMatchObject({ daemons, shims, containers, verdicts })
    }
    const times = views.flatMap(({ current, takenAt }) => (current === undefined ? [] : [Date.parse(takenAt)]))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect([...runs()].every((run) => run.startsWith('run-1'))).toBe(true)

    const metrics = await get('/metrics')
    expect(metrics).toMatch(/^shimscope_shims\{.*supervision="(managed|orphaned)"\} 1$/m)
    expect(metrics).toMatch(/^shimscope_events_total\{type="shim-orphaned"\} [1-9]/m)
    // Not known is not zero.
    expect(metrics).not.toMatch(/^shimscope_(zombies|pids_max)/m)
    expect(await get('/tree')).toContain('Single processes are not known')
    expect(await get('/')).toContain('<title>')
    expect(JSON.parse(await get('/api/v1/processes'))).toEqual({
      error: 'The processes are not known: what is played here is from a journal, which keeps none.',
      next: 'See /api/v1/containers: it tells how many each has.',
    })
    const wanting: View[] = []
    const wants = follow('api/v1/live?processes', wanting)
    await until(() => wanting.some(({ current }) => current !== undefined))
    expect(wanting.at(-1)?.current?.processes).toBeUndefined()

    expect(JSON.parse(await get(`/api/v1/snapshot?at=${at(22)}`))).toEqual(played(await then(22)))
    const { events } = JSON.parse(await get(`/api/v1/events?since=${at(12)}&until=${at(23)}`))
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['shim-orphaned', 'verdict-raised'])
    feed.terminate()
    wants.terminate()
    stop.abort()
    expect((await served).code).toBe(0)
  })

  test('made by an earlier version is understood: a pod forgotten by containerd 1.6, and a shim killed', async () => {
    const from = fileURLToPath(new URL('../excerpts/pod-forgotten-shim-killed', import.meta.url))
    const { code, out } = await shimscope(['verdicts', '--from', from])
    expect(code).toBe(1)
    expect(out).toMatch(/critical {2,}shim-abandoned {2,}firing/)
    expect((await shimscope(['tree', '--from', from, '--at', '2026-11-21T18:32:12Z'])).out).toContain('shim-daemonless')
    expect((await shimscope(['tree', '--from', from])).out).not.toContain('default/web')
  })

  test('is watched, to its end', async () => {
    const settings = { ...fallbacks(), from: file, speed: 5_000 }
    const watched = watchHere(settings, await playedOf(settings), () => {})
    await until(() => (watched.picture().origin as { ended: boolean }).ended)
    expect(watched.picture().snapshot).toEqual(played(await then(27)))
    expect(watched.picture().events.map(({ type }) => type)).toEqual([
      'shim-orphaned',
      'verdict-raised',
      'container-exited',
    ])
    watched.wantProcesses(true)
    await until(() => watched.picture().lacking)
    expect(watched.picture().lacking).toMatch(/^Single processes are not known/)
    await watched.close()
  })
})
