import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { memoryAgent } from '../outputs/support/memory-agent.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../core/snapshot/support/nodes.ts'
import { journalIn, type Place, place } from '../journal/support.ts'
import { leakedShim, folder, shimscope } from './world.ts'

const minute = 60_000
/** Whole minutes, an hour ago. */
const begunMs = Math.floor(Date.now() / minute) * minute - 60 * minute
const at = (minutes: number): string => new Date(begunMs + minutes * minute).toISOString()

const healthy = { daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()] }
const other = aContainer({
  id: 'api',
  name: 'api',
  shim: null,
  pod: { uid: 'u-2', name: 'api-1', namespace: 'default' },
})

let kept: Place
let journal: string

// A pod's container, then a second one, then a verdict about the first shim, for ten minutes each; then nobody looked.
beforeAll(async () => {
  kept = place()
  journal = kept.path
  const writing = await journalIn(journal)
  const agent = memoryAgent()
  writing.journal.follow(agent)
  const look = (minutes: number, over: Parameters<typeof aSnapshot>[0]) =>
    agent.look(aSnapshot({ ...healthy, ...over, takenAt: at(minutes) }))
  for (let minutes = 0; minutes < 10; minutes += 1) look(minutes, {})
  for (let minutes = 10; minutes < 20; minutes += 1) look(minutes, { containers: [aContainer(), other] })
  for (let minutes = 20; minutes <= 30; minutes += 1)
    look(minutes, { containers: [aContainer(), other], verdicts: [aVerdict()] })
  await writing.journal.close()
})
afterAll(() => kept[Symbol.dispose]())

const back = (command: string, ...argv: string[]) => shimscope([command, '--journal.directory', journal, ...argv])

describe('--at', () => {
  test('shows the tree, the snapshot and the verdicts as they were', async () => {
    expect((await back('tree', '--at', at(5))).out).toMatch(/default\/web-1\/web/)
    expect((await back('tree', '--at', at(5))).out).not.toContain('api-1')
    expect((await back('tree', '--at', at(15), 'api-1')).out).toContain('default/api-1/api')
    const { out, err, code } = await back('snapshot', '--at', at(15.5))
    expect(JSON.parse(out)).toMatchObject({ seq: 2, takenAt: at(15), containers: [other, aContainer()] })
    expect([err, code]).toEqual([
      `shimscope: this is the node at ${at(15)}, the last look that is known before ${at(15.5)}\n`,
      0,
    ])
    expect(await back('verdicts', '--at', at(19))).toMatchObject({ code: 0 })
    const fired = await back('verdicts', '--at', at(25))
    expect(fired).toMatchObject({ code: 1, err: '' })
    expect(fired.out).toContain('shim-leaked')
  })

  test('says when nobody looked', async () => {
    expect((await back('verdicts', '--at', at(45))).err).toBe(
      `shimscope: nothing is written after ${at(30)}: this is the last moment that is known\n`,
    )
  })

  test.each([
    [['--at', at(-1)], `the journal JOURNAL begins at ${at(0)}, and ${at(-1)} is before that; give a later time`],
    [
      ['--at', 'noon'],
      '--at: "noon" is no time; give 03:12 (the latest that is past), -2h (ago), or 2026-11-21T03:12:00Z',
    ],
    [
      ['--at', '2999-01-01'],
      '--at: 2999-01-01T00:00:00.000Z has not come yet; leave --at out to see the node as it is',
    ],
    [
      ['--at', '1h', '--source', 'ps'],
      '--at looks into a journal, or a file that record --from-journal made of one; other recordings and --source ps have no past; leave one of them out',
    ],
  ])('tree %j: one sentence', async (argv, sentence) => {
    const { code, out, err } = await back('tree', ...argv)
    expect([code, out, err.replace(journal, 'JOURNAL')]).toEqual([2, '', `shimscope: ${sentence}\n`])
  })
})

test('a detector of problems is told of no past ones', async () => {
  expect(await back('verdicts', '--at', at(25), '--output', 'npd')).toMatchObject({ code: 2, out: '' })
})

describe('events', () => {
  const lines = (text: string) => text.split('\n').filter((line) => line !== '')

  test('come from the journal, by time, verdict and pod', async () => {
    const { out, err, code } = await back('events', '--since', '2h')
    expect([code, err]).toEqual([
      0,
      `shimscope: the journal begins at ${at(0)}: nothing is known of what happened before\nshimscope: nothing is written after ${at(30)}\n`,
    ])
    // The last hour or so is what one gets, and nobody asked for it.
    expect((await back('events', '--until', at(30))).err).toBe('')
    expect((await back('events', '--since', at(0), '--until', at(31))).err).toBe('')
    expect(lines(out).map((line) => line.replace(/ {2,}/g, ' '))).toEqual([
      expect.stringMatching(`^${at(10)} container-created container api of pod default/api-1 was created$`),
      expect.stringMatching(`^${at(10)} container-started container api of pod default/api-1 started`),
      expect.stringMatching(`^${at(20)} verdict-raised shim-leaked fires: `),
    ])
    expect(lines((await back('events', '--since', at(15))).out)).toHaveLength(1)
    expect(lines((await back('events', '--since', '2h', '--until', at(15))).out)).toHaveLength(2)
    expect(lines((await back('events', '--since', '2h', '--code', 'shim-leaked')).out)).toHaveLength(1)
    expect(lines((await back('events', '--since', '2h', '--code', 'shim-wedged')).out)).toEqual([])
    expect(lines((await back('events', '--since', '2h', '--pod', 'default/api-1')).out)).toHaveLength(2)
    expect(lines((await back('events', '--since', '2h', '--pod', 'web-1')).out)).toHaveLength(1)
    const json = lines((await back('events', '--since', '2h', '--json')).out).map((line) => JSON.parse(line))
    expect(json.map(({ type }) => type)).toEqual(['container-created', 'container-started', 'verdict-raised', 'story'])
    const flat = lines((await back('events', '--since', '2h', '--json', '--flat')).out).map((line) => JSON.parse(line))
    expect(flat).toEqual(json.slice(0, 3))
    const [created, started] = flat
    expect(json[3]).toMatchObject({
      id: expect.stringMatching(/^began /),
      kind: 'began',
      since: at(10),
      summary: started.summary,
      members: [created, started].map(({ seq, at, type, subject }) => ({ part: 'with', seq, at, type, subject })),
    })
  })

  test('are told as stories on a terminal, and where that is asked for', async () => {
    const onTerminal = { stdout: { isTTY: true, write: () => {} } }
    const shown: string[] = []
    onTerminal.stdout.write = (text?: string) => void shown.push(text ?? '')
    const argv = ['events', '--journal.directory', journal, '--since', '2h']
    expect((await shimscope(argv, onTerminal)).code).toBe(0)
    const { out } = await back('events', '--since', '2h', '--grouped')
    expect(shown.join('')).toBe(out)
    expect(lines(out).map((line) => line.replace(/(?<=\S) {2,}/g, ' '))).toEqual([
      expect.stringMatching(`^${at(10)} began container api of pod default/api-1 started`),
      expect.stringMatching(`^    ${at(10)} container-created container api of pod default/api-1 was created$`),
      expect.stringMatching(`^    ${at(10)} container-started container api of pod default/api-1 started`),
      expect.stringMatching(`^${at(20)} verdict-raised shim-leaked fires: `),
    ])
    // A story is told whole, if anything of it is asked for.
    expect(lines((await back('events', '--since', '2h', '--grouped', '--pod', 'api-1')).out)).toHaveLength(3)
    expect(lines((await back('events', '--since', '2h', '--grouped', '--code', 'shim-leaked')).out)).toHaveLength(1)
    shown.length = 0
    await shimscope([...argv, '--flat'], onTerminal)
    expect(shown.join('')).toBe((await back('events', '--since', '2h')).out)
    expect(await back('events', '--flat', '--grouped')).toMatchObject({
      code: 2,
      err: 'shimscope: --flat shows events one by one, and --grouped shows them as stories; give one of them\n',
    })
  })

  test('tell of a reboot, by the boot id', async () => {
    using at2 = place()
    const writing = await journalIn(at2.path)
    const agent = memoryAgent()
    writing.journal.follow(agent)
    const look = (minutes: number, over: Parameters<typeof aSnapshot>[0]) =>
      agent.look(aSnapshot({ ...over, takenAt: at(minutes) }))
    look(0, healthy)
    look(1, { ...healthy, containers: [aContainer(), other] })
    const after = { daemons: [aDaemon({ pid: 90 })], bootId: 'b00t-2', run: 'run-2' }
    look(5, after)
    look(6, { ...after, shims: [aShim({ pid: 95 })] })
    await writing.journal.close()
    const { out } = await shimscope(['events', '--grouped', '--since', '2h', '--journal.directory', at2.path])
    expect(lines(out).map((line) => line.replace(/(?<=\S) {2,}/g, ' '))).toContain(
      `${at(1)} node-rebooted the node was rebooted: 1 shim and 2 containers of before are gone`,
    )
    expect(out).toContain(`proof: /proc/sys/kernel/random/boot_id: b00t at ${at(1)}, b00t-2 at ${at(5)}`)
  })

  test('the other way round: one sentence', async () => {
    const { code, err } = await back('events', '--since', '1h', '--until', '2h')
    expect([code, err]).toEqual([2, 'shimscope: --until is before --since; give them the other way round\n'])
  })

  test.each([
    [['--since', '2999-01-01'], '--since: 2999-01-01T00:00:00.000Z has not come yet; give a time that has'],
    [
      ['--until', at(-30)],
      `--until ${at(-30)} is before the last hour, which is shown unless --since is given; give --since too`,
    ],
  ])('%j: one sentence', async (argv, sentence) => {
    expect(await back('events', ...argv)).toEqual({ code: 2, out: '', err: `shimscope: ${sentence}\n` })
  })

  test('that there are none is said, and of when; where nobody looked, that is said too', async () => {
    expect(await back('events', '--since', at(11), '--until', at(19))).toEqual({
      code: 0,
      out: '',
      err: `shimscope: nothing is known to have happened from ${at(11)} to ${at(19)}\n`,
    })
    expect((await back('events', '--since', at(5), '--until', at(19), '--pod', 'nobody')).err).toBe(
      `shimscope: nothing that was asked for is known from ${at(5)} to ${at(19)}\n`,
    )
    expect(await back('events', '--code', 'shim-leakd')).toEqual({
      code: 2,
      out: '',
      err: 'shimscope: --code: no verdict is called "shim-leakd"; shimscope explain lists them all\n',
    })
    using of = place()
    const lives = [
      { run: 'run-1', minutes: [0, 1, 2] },
      { run: 'run-2', minutes: [20, 21] },
      { run: 'run-3', minutes: [40, 41] },
    ]
    const writing = await journalIn(of.path)
    for (const { run, minutes } of lives) {
      const agent = memoryAgent()
      writing.journal.follow(agent)
      for (const one of minutes) agent.look(aSnapshot({ ...healthy, run, takenAt: at(one) }))
    }
    await writing.journal.close()
    const told = async (since: number, until: number) =>
      (await shimscope(['events', '--journal.directory', of.path, '--since', at(since), '--until', at(until)])).err
        .split('\n')
        .filter((line) => line !== '' && !line.includes('nothing is known to have happened'))
        .map((line) => line.replace(of.path, 'DIR').replace(/^shimscope: /, ''))
    const blank = (from: number, until: number) => `nobody looked between ${at(from)} and ${at(until)}`
    expect(await told(0, 41)).toEqual([blank(2, 20), blank(21, 40)])
    expect(await told(0, 1)).toEqual([])
    expect(await told(5, 10)).toEqual([blank(2, 20)])
    expect(await told(20, 21)).toEqual([])
    expect(await told(20, 50)).toEqual([blank(21, 40), `nothing is written after ${at(41)}`])
    // What is damaged was looked at: nobody is blamed.
    const second = join(of.path, '00000002.journal')
    const damaged = readFileSync(second)
    damaged[damaged.length - 5] = 255 - (damaged[damaged.length - 5] ?? 0)
    damaged[100] = 255 - (damaged[100] ?? 0)
    writeFileSync(second, damaged)
    const [flaw, ...rest] = await told(0, 41)
    expect(flaw).toMatch(
      /^DIR\/00000002\.journal (is damaged|ends with a torn record): its last \d+ bytes are left out/,
    )
    expect(rest).toEqual([`nothing can be read of the time between ${at(2)} and ${at(40)}`])
    const { err } = await shimscope(['tree', '--at', at(20), '--journal.directory', of.path])
    expect(err).toBe(
      `shimscope: nothing can be read of the time between ${at(2)} and ${at(40)}: this is the last moment before\n`,
    )
  })

  test('until before its beginning: one sentence', async () => {
    const { code, out, err } = await back('events', '--since', '3h', '--until', at(-1))
    expect([code, out, err.replace(journal, 'JOURNAL')]).toEqual([
      2,
      '',
      `shimscope: --until: the journal JOURNAL begins at ${at(0)}, and ${at(-1)} is before that; give a later time\n`,
    ])
  })
})

describe('a directory that is no journal: one sentence that says what is there', () => {
  test('when it is read', async () => {
    using empty = place()
    const read = async (directory: string) => {
      const { code, out, err } = await shimscope(['tree', '--at', '1h', '--journal.directory', directory])
      expect([code, out]).toEqual([2, ''])
      return err.replaceAll(directory, 'DIR')
    }
    expect((await shimscope(['events'])).err).toBe(
      'shimscope: events reads a journal: give --journal.directory DIR, the one that shimscope serve --journal.directory DIR writes\n',
    )
    expect(await read(join(empty.path, 'none'))).toMatch(
      /^shimscope: .*DIR cannot be read \(ENOENT\); give the directory/,
    )
    expect(await read(empty.path)).toMatch(
      /DIR holds no journal of shimscope that can be read; there is nothing else either\n$/,
    )
    for (const name of ['a', 'b', 'c', 'd', 'e']) writeFileSync(join(empty.path, name), '')
    expect(await read(empty.path)).toMatch(/there is a, b, c and 2 more instead\n$/)
    expect(await read(join(empty.path, 'a'))).toMatch(/DIR is no directory\n$/)
    writeFileSync(join(empty.path, '00000001.journal'), 'something else')
    expect(await read(empty.path)).toMatch(/holds no journal of shimscope that can be read/)
  })

  test('when it is to be written', async () => {
    using foreign = place()
    using recording = folder()
    const from = recording.write('node.proc', leakedShim(600))
    const serve = (directory: string) =>
      shimscope(['serve', '--from', from, '--web.listen-address', '127.0.0.1:0', '--journal.directory', directory])
    writeFileSync(join(foreign.path, 'diary'), '')
    expect(await serve(foreign.path)).toMatchObject({
      code: 2,
      err: `shimscope: --journal.directory: ${foreign.path} is no journal, diary is in it; give an empty directory\n`,
    })
    expect(await serve(join(foreign.path, 'diary'))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/diary cannot be used \(EEXIST\); give a directory that this user may write to\n$/),
    })
    // A mount that was forgotten: nothing can be made below a procfs, and Node's own way of making it would not return.
    expect((await serve('/proc/shimscope/journal')).err).toMatch(/\/proc\/shimscope\/journal cannot be used \(ENOENT\)/)
    const long = join(foreign.path, 'x'.repeat(100))
    expect((await serve(long)).err).toMatch(/its name is too long for a lock in it; give one of at most 102 bytes\n$/)
    const taken = join(foreign.path, 'taken')
    mkdirSync(taken)
    writeFileSync(join(taken, 'lock'), 'mine')
    expect((await serve(taken)).err).toMatch(/taken: it has a file named lock that shimscope did not make\n$/)
    expect(readdirSync(taken)).toEqual(['lock'])
  })
})

test.each(['200', '999kB', '-1', '10 MB', 'much'])('--journal.max-bytes %s is refused', async (size) => {
  const { code, err } = await shimscope(['serve', '--journal.max-bytes', size])
  expect([code, err]).toEqual([
    2,
    `shimscope: --journal.max-bytes: ${JSON.stringify(size)} is no size of a journal; give one such as 200MB or 1GiB, 1MB or more\n`,
  ])
})
