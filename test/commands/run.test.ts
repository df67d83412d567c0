import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { parseRecording } from '../../src/sources/parse-recording.ts'
import { emptyNode, folder, leakedShim, shimscope } from './world.ts'
import { endsUnaided } from '../outputs/support/ends-unaided.ts'

describe('bad input: one sentence, the next step, exit code 2', () => {
  test.each([
    [['nope'], "unknown command 'nope'; see shimscope --help"],
    [['tree', '--frm', 'x'], "unknown option '--frm' (Did you mean --from?); see shimscope tree --help"],
    [['tree', 'a', 'b'], 'too many arguments'],
    [['record'], "missing required argument 'file'"],
    [
      ['tree', '--from', '/does/not/exist'],
      '/does/not/exist cannot be read (ENOENT); give a file that shimscope record wrote',
    ],
    [['tree', '--from', '/'], 'cannot be read (EISDIR)'],
    [['tree', '--from', ''], '--from: it is empty'],
    [['verdicts', '--path.procfs', '/etc'], '/etc is neither a procfs nor a directory of that shape'],
    [['verdicts', '--path.procfs', '/etc/passwd'], 'is not a directory'],
    [['snapshot', '--path.cgroupfs', '/does/not/exist'], '--path.cgroupfs /does/not/exist cannot be read (ENOENT)'],
    [['tree', '--grace', '3x'], '--grace: "3x" is no duration; give one such as 500ms, 30s, 2m or 1h'],
    [['tree', '--grace', '-1s'], '"-1s" is no duration'],
    [['tree', '--grace', '1000h'], 'is no duration'],
    [['serve', '--interval', '1ms'], 'too short'],
    [['serve', '--speed', '0'], 'is no factor'],
    [['serve', '--metrics.max-series', '0'], 'is no count'],
    [['serve', '--loop'], '--loop and --speed play a recording'],
    [
      ['serve', '--web.listen-address', 'nowhere'],
      '--web.listen-address: "nowhere" is no address to listen at; give HOST:PORT',
    ],
    [['verdicts', '--fail-on', 'bad'], '--fail-on: "bad" is none of info, warning, critical'],
    [['tree', '--color', 'red'], 'is none of auto, always, never'],
    [
      ['watch', '--from', '/does/not/exist'],
      'watch needs a terminal for its screen and its keys, and this is none; shimscope tree prints once',
    ],
    [['watch', '--url', 'node:19256'], '--url: "node:19256" is no address of an agent; give one such as http://node'],
    [['watch', '--url', 'http://n', '--from', 'x'], '--url looks at an agent and --from FILE at a recording'],
    [['verdicts', '--source', 'ps'], 'nothing can be judged by those; leave --source ps out'],
    [['explain', 'nope'], 'no verdict is called "nope"; shimscope explain lists them all'],
    [['record', '/does/not/exist/file'], 'cannot be written (ENOENT)'],
  ])('%j', async (argv, sentence) => {
    const { code, out, err } = await shimscope(argv)
    expect(err).toContain(sentence)
    expect(err).toMatch(/^shimscope: [^\n]*\n$/)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  test('a damaged recording is named with its line', async () => {
    using here = folder()
    const path = here.write('bad.proc', '# story\n== yesterday ==\n')
    const { code, err } = await shimscope(['verdicts', '--from', path])
    expect(err).toContain(`${path}: line 2 of the recording: a moment looks like`)
    expect(code).toBe(2)
  })

  test('a taken port', async () => {
    using here = folder()
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const { code, err } = await shimscope([
      'serve',
      '--from',
      here.write('a.proc', emptyNode),
      '--web.listen-address',
      `127.0.0.1:${port}`,
    ])
    server.close()
    expect(err).toContain(`127.0.0.1:${port} is taken by another process`)
    expect(code).toBe(2)
  })
})

describe('help', () => {
  test('without a command, everything there is', async () => {
    const { code, err } = await shimscope([])
    for (const name of ['serve', 'tree', 'snapshot', 'verdicts', 'record', 'explain'])
      expect(err).toContain(`\n  ${name}`)
    expect(code).toBe(2)
  })

  test('asked for, it is no failure', async () => {
    expect(await shimscope(['--help'])).toMatchObject({ code: 0, err: '' })
    expect((await shimscope(['tree', '--help'])).out).toContain('--path.procfs <dir>')
    expect((await shimscope(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('looking at a recording', () => {
  test('verdicts: the exit code says whether something fires', async () => {
    using here = folder()
    const healthy = here.write('healthy.proc', emptyNode)
    const broken = here.write('broken.proc', `# A leaked shim.\n\n${leakedShim(600)}`)
    const fresh = here.write('fresh.proc', leakedShim(75))
    expect((await shimscope(['verdicts', '--from', healthy])).code).toBe(0)
    const { code, out } = await shimscope(['verdicts', '--from', broken])
    expect(out).toContain('shim-leaked')
    expect(out).toContain('/proc/9075/cwd')
    expect(code).toBe(1)
    expect((await shimscope(['verdicts', '--from', broken, '--fail-on', 'critical'])).code).toBe(0)
    expect((await shimscope(['verdicts', '--from', broken, '--fail-on', 'warning'])).code).toBe(1)
    expect((await shimscope(['verdicts', '--from', fresh])).code).toBe(0)
    expect((await shimscope(['verdicts', '--from', fresh, '--pending'])).code).toBe(1)
    expect((await shimscope(['verdicts', '--from', fresh, '--grace', '0s'])).code).toBe(1)
    const json = JSON.parse((await shimscope(['verdicts', '--from', broken, '--json'])).out)
    expect(json.verdicts[0]).toMatchObject({ code: 'shim-leaked', status: 'firing' })
  })

  test('the last moment is shown', async () => {
    using here = folder()
    const path = here.write('two.proc', leakedShim(600) + leakedShim(660))
    expect(JSON.parse((await shimscope(['snapshot', '--from', path])).out).takenAt).toBe('2026-09-01T00:11:00.000Z')
  })

  test('tree: as text, as JSON, and only what was asked for', async () => {
    using here = folder()
    const path = here.write('broken.proc', leakedShim(600))
    const { out } = await shimscope(['tree', '--from', path])
    expect(out).toContain('containerd 812  /run/containerd/containerd.sock')
    expect(out).toContain('containerd-shim-runc-v2 9075  k8s.io/abababababab  empty  orphaned  bundle deleted')
    expect(out).toContain('✗ warning: shim-leaked')
    const roots = JSON.parse((await shimscope(['tree', '--from', path, '--json'])).out).roots
    expect(roots[0]).toMatchObject({ kind: 'daemon', daemon: { pid: 812 } })
    expect((await shimscope(['tree', '9075', '--from', path])).out).toContain('containerd-shim-runc-v2 9075')
    expect(await shimscope(['tree', 'web', '--from', path])).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing here is called "web"'),
    })
    expect(await shimscope(['tree', '1', '--from', path])).toMatchObject({
      code: 2,
      err: expect.stringContaining('pid 1 (systemd) is in no container'),
    })
  })

  test('snapshot: the processes only when asked for', async () => {
    using here = folder()
    const path = here.write('a.proc', emptyNode)
    const bare = JSON.parse((await shimscope(['snapshot', '--from', path])).out)
    expect(bare).toMatchObject({ schema: 'shimscope/v1', node: 'node-2' })
    expect(bare.processes).toBeUndefined()
    expect(JSON.parse((await shimscope(['snapshot', '--from', path, '--processes'])).out).processes).toHaveLength(1)
  })

  test('colour and width only on a terminal, and ASCII where the locale says so', async () => {
    using here = folder()
    const path = here.write('broken.proc', leakedShim(600))
    const screen = (env: Record<string, string>, columns = 60) => {
      const out: string[] = []
      const stdout = { isTTY: true, columns, write: (text: string) => out.push(text) }
      return shimscope(['tree', '--from', path], { env, stdout }).then(() => out.join(''))
    }
    const plain = (await shimscope(['tree', '--from', path])).out
    expect(plain).not.toContain('\u001b[')
    expect(await screen({})).toContain('\u001b[')
    expect(await screen({ NO_COLOR: '1' })).not.toContain('\u001b[')
    expect(Math.max(...(await screen({ NO_COLOR: '1' })).split('\n').map((line) => line.length))).toBeLessThanOrEqual(
      60,
    )
    // A terminal that does not know its size.
    expect(await screen({ NO_COLOR: '1' }, 0)).toBe(await screen({ NO_COLOR: '1' }, 80))
    expect(await screen({ NO_COLOR: '1', LANG: 'C' })).toContain('`- containerd-shim-runc-v2')
  })
})

describe('the environment', () => {
  test('stands behind the command line', async () => {
    using here = folder()
    const path = here.write('fresh.proc', leakedShim(75))
    const env = { SHIMSCOPE_FROM: path, SHIMSCOPE_GRACE: '0s' }
    expect((await shimscope(['verdicts'], { env })).code).toBe(1)
    expect((await shimscope(['verdicts', '--grace', '1h'], { env })).code).toBe(0)
    expect((await shimscope(['verdicts', '--from', path], { env: { SHIMSCOPE_GRACE: '' } })).code).toBe(0)
    expect(
      JSON.parse((await shimscope(['verdicts'], { env: { ...env, SHIMSCOPE_JSON: 'true' } })).out).verdicts,
    ).toHaveLength(1)
    expect((await shimscope(['verdicts'], { env: { ...env, SHIMSCOPE_JSON: 'false' } })).out).toContain('SEVERITY')
  })

  test('is named where it is wrong', async () => {
    const { code, err } = await shimscope(['verdicts'], { env: { SHIMSCOPE_GRACE: 'soon' } })
    expect(err).toContain('SHIMSCOPE_GRACE: "soon" is no duration')
    expect(code).toBe(2)
  })
})

describe('record', () => {
  test('what is recorded of a recording shows the same', async () => {
    using here = folder()
    const path = here.write('a.proc', leakedShim(600) + leakedShim(660))
    const copy = `${here.path}/b.proc`
    const { code, err } = await shimscope(['record', copy, '--from', path])
    expect(err).toContain('2 moments of node-1 with 3 processes')
    expect(code).toBe(0)
    const { story, moments } = parseRecording(readFileSync(copy))
    expect(story).toContain('Recorded by shimscope')
    expect(moments).toHaveLength(2)
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    const tree = async (from: string) => (await shimscope(['tree', '--from', from])).out
    expect(await tree(copy)).toBe(await tree(path))
  })

  test('this very node', async () => {
    using here = folder()
    const path = `${here.path}/node.proc`
    const { code, err } = await shimscope(['record', path])
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('One moment of') })
    const snapshot = JSON.parse((await shimscope(['snapshot', '--from', path, '--processes'])).out)
    expect(snapshot.processes.map(({ pid }: { pid: number }) => pid)).toContain(process.pid)
  })

  test('never writes over a file', async () => {
    using here = folder()
    const path = here.write('there.proc', 'precious')
    const { code, err } = await shimscope(['record', path, '--from', here.write('a.proc', emptyNode)])
    expect(err).toContain('is there already')
    expect(code).toBe(2)
    expect(readFileSync(path, 'utf8')).toBe('precious')
  })

  test('ends when it is told to', async () => {
    using here = folder()
    const stop = new AbortController()
    const recording = shimscope(['record', `${here.path}/a.proc`, '--for', '1h', '--interval', '10s'], {
      untilStopped: () => stop.signal,
    })
    setTimeout(() => stop.abort(), 300)
    expect((await recording).code).toBe(0)
  })
})

describe('serve', () => {
  test('plays a recording to page, API, text and metrics, and ends within a second', async () => {
    using here = folder()
    const stop = new AbortController()
    let started: (line: string) => void
    const line = new Promise<string>((resolve) => {
      started = resolve
    })
    const path = here.write('a.proc', leakedShim(600) + leakedShim(601))
    const served = shimscope(['serve', '--from', path, '--web.listen-address', '127.0.0.1:0', '--speed', '100'], {
      stdout: { write: (text) => started(text) },
      untilStopped: () => stop.signal,
    })
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(await line)?.[0] ?? ''
    expect(await line).toContain(`plays ${path}`)
    const get = async (from: string) => (await fetch(new URL(from, url))).text()
    await expect.poll(() => get('tree')).toContain('shim-leaked')
    expect(await get('tree?q=9075')).toContain('containerd-shim-runc-v2 9075')
    expect((await fetch(new URL('tree?q=nothing', url))).status).toBe(404)
    await expect.poll(() => get('api/v1/snapshot')).toContain('2026-09-01T00:10:01.000Z')
    expect(await get('metrics')).toContain('shimscope_verdicts{')
    expect((await fetch(new URL('-/ready', url))).status).toBe(200)
    stop.abort()
    expect(await endsUnaided(served)).toBe(true)
    expect((await served).code).toBe(0)
  })
})
