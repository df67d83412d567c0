import { expect, test } from 'vitest'
import { type Archive, archiveSource } from '../../src/sources/archive.ts'
import { parseRecording } from '../../src/sources/parse-recording.ts'
import type { ProcSource } from '../../src/sources/proc-source.ts'
import { redactArgv } from '../../src/core/procfs/redact.ts'
import { recorderOf } from '../../src/sources/recorder.ts'
import { formatMoment } from '../../src/sources/recording.ts'

const head = '== 2026-09-01T03:12:00.000Z =='
const node = (body: string): ProcSource => archiveSource(parseRecording(Buffer.from(`${head}\n${body}`)).moments)

async function record(source: ProcSource, read: (source: ProcSource) => void): Promise<string> {
  const recorder = recorderOf(source, redactArgv)
  expect(recorder.moment()).toBeUndefined()
  await recorder.source.begin()
  read(recorder.source)
  return formatMoment(recorder.moment() as Archive)
}

test('keeps what was read, and no more', async () => {
  const text = await record(
    node(
      '-- /proc/1/stat --\n1 (init) S\n-- /proc/1/status --\nName: init\n-- /proc/1/exe !EACCES --\n-- /proc/1/cwd -> / --\n-- /proc/1/cwd facts inode=2 nlink=1 changed=2026-09-01T03:11:00Z --\n',
    ),
    (source) => {
      source.read('/proc/1/stat')
      source.link('/proc/1/exe')
      source.link('/proc/1/cwd')
      source.facts('/proc/1/cwd')
      source.readWhole('/proc/1/mountinfo', 100)
    },
  )
  expect(text).toBe(
    `${head}\n-- /proc/1/stat --\n1 (init) S\n-- /proc/1/exe !EACCES --\n-- /proc/1/cwd -> / --\n-- /proc/1/cwd facts inode=2 nlink=1 changed=2026-09-01T03:11:00.000Z --\n`,
  )
})

test('what was read may change behind its back', async () => {
  const shared = Buffer.from('1 (init) S\n')
  const source: ProcSource = { ...node(''), read: () => ({ kind: 'known', value: shared }) }
  const text = await record(source, (recorded) => {
    recorded.read('/proc/1/stat')
    shared.fill('x')
  })
  expect(text).toContain('1 (init) S\n')
})

test('a listing is written only where the paths do not imply it', async () => {
  const body = `-- /proc/ --
1
2
3
sys
-- /proc/1/stat --
-- /proc/2/stat --
-- /proc/1/task/1/stat --
-- /proc/2/task/ --
2
20
-- /proc/2/cwd/ --
config.json
init.pid
-- /proc/2/cwd/init.pid --
7
-- /proc/2/fd/ !EACCES --
-- /proc/1/fd/ --
`
  const text = await record(node(body), (source) => {
    for (const path of ['/proc', '/proc/1/task', '/proc/2/task', '/proc/2/cwd', '/proc/2/fd', '/proc/1/fd'])
      source.list(path)
    for (const pid of [1, 2, 3]) source.read(`/proc/${pid}/stat`)
    source.read('/proc/1/task/1/stat')
    source.read('/proc/2/cwd/init.pid')
    source.read('/proc/sys/kernel/hostname')
  })
  expect(text).toBe(`${head}
-- /proc/1/stat --
-- /proc/2/stat --
-- /proc/1/task/1/stat --
-- /proc/2/cwd/init.pid --
7
-- /proc/3/stat !ENOENT --
-- /proc/2/task/ --
2
20
-- /proc/2/cwd/ --
config.json
init.pid
-- /proc/2/fd/ !EACCES --
-- /proc/1/fd/ --
`)
})

test('every reading is answered alike by what was recorded', async () => {
  const body =
    '-- /proc/1/stat --\nx␛ff␄\n-- /proc/1/exe !EACCES --\n-- /proc/1/cwd !EIO --\n-- /proc/1/task/ --\n1\n-- /proc/1/net facts !EPERM --\n'
  const ask = (source: ProcSource) => [
    source.read('/proc/1/stat'),
    source.link('/proc/1/exe'),
    source.link('/proc/1/cwd'),
    source.link('/proc/1/root'),
    source.link('/proc/1/stat').kind,
    source.readWhole('/proc/1/stat', 1).kind,
    source.list('/proc'),
    source.list('/proc/1/task'),
    source.facts('/proc/1/net'),
    source.facts('/proc/1/cwd'),
  ]
  let seen: unknown
  const text = await record(node(body), (source) => {
    seen = ask(source)
    source.read('/proc/1/stat')
  })
  const replay = archiveSource(parseRecording(Buffer.from(text)).moments)
  await replay.begin()
  expect(ask(replay)).toEqual(seen)
})

test('credentials are hidden before they are kept', async () => {
  const config = JSON.stringify({
    ociVersion: '1.0',
    hostname: 'web',
    process: { args: ['app', '--token', 'hunter2'], env: ['PASSWORD=hunter2'] },
    annotations: { 'io.kubernetes.cri.sandbox-id': 'abc' },
    linux: { cgroupsPath: '/k8s.io/abc', namespaces: [{ type: 'pid' }, { type: 'mount' }] },
    mounts: [{ options: ['password=hunter2'] }],
  })
  const text = await record(
    node(
      `-- /proc/9/cmdline --\napp␀--password=hunter2␀--x=␛ff␀␄\n-- /proc/9/cwd/config.json --\n${config}\n-- /proc/8/cwd/config.json --\n{"env":["hunter2"]␄\n`,
    ),
    (source) => {
      source.read('/proc/9/cmdline')
      source.readWhole('/proc/9/cwd/config.json', 1e6)
      source.readWhole('/proc/8/cwd/config.json', 1e6)
    },
  )
  expect(text).not.toContain('hunter2')
  expect(text).toContain('app␀--password=[redacted]␀--x=␛ff␀␄\n')
  expect(text).toContain('"io.kubernetes.cri.sandbox-id": "abc"')
  expect(text).toContain('"cgroupsPath": "/k8s.io/abc"')
  expect(text).toContain('-- /proc/8/cwd/config.json !EINVAL --\n')
})

test('of the node files only what recognition needs', async () => {
  const text = await record(node('-- /proc/stat --\ncpu 1 2 3\nbtime 1700000000\nintr 1\n'), (source) => {
    source.read('/proc/stat')
  })
  expect(text).toBe(`${head}\n-- /proc/stat --\nbtime 1700000000\n`)
})

test('the end of a recording leaves the last moment', async () => {
  const recorder = recorderOf(node('-- /proc/1/stat --\nx\n'), redactArgv)
  await recorder.source.begin()
  recorder.source.read('/proc/1/stat')
  expect(await recorder.source.begin()).toBe(false)
  expect(formatMoment(recorder.moment() as Archive)).toContain('/proc/1/stat')
})
