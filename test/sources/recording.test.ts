import { constants } from 'node:os'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Archive, Entry } from '../../src/sources/archive.ts'
import { archiveSource } from '../../src/sources/archive.ts'
import { DamagedRecording, parseRecording } from '../../src/sources/parse-recording.ts'
import { formatRecording } from '../../src/sources/recording.ts'

const at = Date.parse('2026-09-01T03:12:00.123Z')
const none = { listings: new Map(), facts: new Map() }
const moment = (entries: Record<string, Entry>, rest: Partial<Archive> = {}): Archive => ({
  takenAtMs: at,
  ...none,
  entries: new Map(Object.entries(entries)),
  ...rest,
})
const file = (text: string): Entry => ({ kind: 'file', bytes: Buffer.from(text, 'latin1') })
const link = (target: string): Entry => ({ kind: 'link', target })
const write = (archive: Archive): string => formatRecording({ story: '', moments: [archive] })
const roundTrip = (archive: Archive) => parseRecording(Buffer.from(write(archive)))

describe('what it looks like', () => {
  test('reads well in review', () => {
    const text = formatRecording({
      story: 'A shim whose bundle is gone.\n\ncontainerd 1.6.20, recorded.',
      moments: [
        moment(
          {
            '/proc/9/stat': file('9 (shim) S 1\n'),
            '/proc/9/cmdline': file('shim\0-id\0x\0'),
            '/proc/9/cwd': link('/run/c/.x (deleted)'),
            '/proc/9/exe': { kind: 'error', errno: 'EACCES' },
            '/proc/9/wchan': file(''),
          },
          {
            listings: new Map<string, readonly string[] | { errno: string }>([
              ['/proc/9/task', ['9', '10']],
              ['/proc/9/fd', { errno: 'EACCES' }],
            ]),
            facts: new Map([['/proc/9/cwd', { inode: 4711, nlink: 0, changedMs: at }]]),
          },
        ),
      ],
    })
    expect(text).toBe(`# A shim whose bundle is gone.
#
# containerd 1.6.20, recorded.

== 2026-09-01T03:12:00.123Z ==
-- /proc/9/stat --
9 (shim) S 1
-- /proc/9/cmdline --
shim␀-id␀x␀␄
-- /proc/9/cwd -> /run/c/.x (deleted) --
-- /proc/9/cwd facts inode=4711 nlink=0 changed=2026-09-01T03:12:00.123Z --
-- /proc/9/exe !EACCES --
-- /proc/9/wchan --
-- /proc/9/task/ --
9
10
-- /proc/9/fd/ !EACCES --
`)
  })

  test.each([
    ['a header in comm', '9 (x\n-- /proc/1/stat --\n1 (init', '9 (x\n␛2d- /proc/1/stat --\n1 (init␄\n'],
    ['a moment in argv', '== 2026-09-01T03:12:00.123Z ==\n', '␛3d= 2026-09-01T03:12:00.123Z ==\n'],
    ['no UTF-8', 'a\xffb\n\xe2\x90', 'a␛ffb\n␛e2␛90␄\n'],
    ['our own marks', '\xe2\x90\x80\xe2\x90\x84\xe2\x90\x9b\n', '␛e2␛90␛80␛e2␛90␛84␛e2␛90␛9b\n'],
    ['a terminal sequence', '\x1b[2J\r\n', '␛1b[2J␛0d\n'],
    ['text that turns around', '\xe2\x80\xaeabc\n', '␛e2␛80␛aeabc\n'],
    ['UTF-8 that is fine', 'caf\xc3\xa9\t-- x --\n', 'café\t-- x --\n'],
  ])('escapes %s', (_, content, written) => {
    const archive = moment({ '/proc/9/cmdline': file(content) })
    expect(write(archive)).toBe(`== 2026-09-01T03:12:00.123Z ==\n-- /proc/9/cmdline --\n${written}`)
    expect(roundTrip(archive).moments).toEqual([archive])
  })

  test('a link target or a path cannot forge a header', () => {
    const archive = moment(
      { '/proc/9/cwd': link('/x --\n-- /proc/1/exe -> /evil'), '/proc/9/root/a -> b --': file('x') },
      { listings: new Map([['/proc/9/cwd', ['-- /proc/1/exe --', 'a\nb', '', '== x ==']]]) },
    )
    expect(
      write(archive)
        .split('\n')
        .filter((line) => line.startsWith('-- ')),
    ).toEqual([
      '-- /proc/9/cwd -> /x --␛0a-- /proc/1/exe -> /evil --',
      '-- /proc/9/cwd/ --',
      '-- /proc/9/root/a␛20->␛20b␛20-- --',
    ])
    expect(roundTrip(archive).moments).toEqual([archive])
  })
})

describe('round trip', () => {
  const forging = fc.constantFrom(
    '-- ',
    '== ',
    ' --',
    ' -> ',
    '\n',
    '\0',
    '␀',
    '␄',
    '␛',
    '␛ff',
    '\ud800',
    '\udc00',
    '/',
    ' ',
    '\r',
    '#',
    '!',
    'a',
  )
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(forging, { maxLength: 12 }).map((parts) => parts.join('')),
  )
  const anyPath = anyText.map((text) => `/${text}`)
  const anyBytes = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    anyText.map((text) => Buffer.from(text)),
    anyText.map((text) => Buffer.from(text, 'latin1')),
  )
  const errno = fc.constantFrom(...Object.keys(constants.errno))
  const failure = errno.map((name) => ({ errno: name }))
  const entry: fc.Arbitrary<Entry> = fc.oneof(
    anyBytes.map((bytes) => ({ kind: 'file' as const, bytes })),
    anyText.map((target) => ({ kind: 'link' as const, target })),
    errno.map((name) => ({ kind: 'error' as const, errno: name })),
  )
  const instant = fc.oneof(
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((ms) => !Object.is(ms, -0)),
  )
  const facts = fc.oneof(
    failure,
    fc.record({ inode: fc.maxSafeNat(), nlink: fc.nat(), changedMs: instant }, { noNullPrototype: true }),
  )
  const archive: fc.Arbitrary<Archive> = fc.record(
    {
      takenAtMs: instant,
      entries: fc.array(fc.tuple(anyPath, entry), { maxLength: 8 }).map((all) => new Map(all)),
      listings: fc
        .array(fc.tuple(anyPath, fc.oneof(failure, fc.array(anyText, { maxLength: 5 }))), { maxLength: 4 })
        .map((all) => new Map(all)),
      facts: fc.array(fc.tuple(anyPath, facts), { maxLength: 4 }).map((all) => new Map(all)),
    },
    { noNullPrototype: true },
  )

  test('any story and any moments survive', () => {
    fc.assert(
      fc.property(anyText, fc.array(archive, { minLength: 1, maxLength: 3 }), (story, moments) => {
        const text = formatRecording({ story, moments })
        expect(parseRecording(Buffer.from(text))).toEqual({ story, moments })
        // What is written once is written the same again.
        expect(formatRecording(parseRecording(Buffer.from(text)))).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test('any bytes are understood, or refused with a line', () => {
    const recording = fc.array(
      fc.oneof(
        forging,
        fc.constantFrom(
          '== 2026-09-01T03:12:00.000Z ==\n',
          '-- /proc/1/stat --\n',
          '-- /a facts inode=1 nlink=1 changed=2026-09-01T03:12:00Z --\n',
        ),
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          anyBytes,
          recording.map((parts) => Buffer.from(parts.join(''))),
        ),
        (bytes) => {
          try {
            parseRecording(bytes)
          } catch (error) {
            expect(error).toBeInstanceOf(DamagedRecording)
            expect((error as DamagedRecording).line).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('a damaged recording', () => {
  const start = '# story\n\n== 2026-09-01T03:12:00.000Z ==\n'
  test.each([
    ['nothing', '', 1, 'empty'],
    ['a story only', '# x\n', 2, 'ends without a moment'],
    ['another file', 'hello\n', 1, 'the first moment should stand here'],
    ['a path before a moment', '-- /proc/1/stat --\n', 1, 'the first moment should stand here'],
    ['an odd instant', '== yesterday ==\n', 1, 'a moment looks like'],
    ['content nowhere', `${start}x\n`, 4, 'no content'],
    ['content under a link', `${start}-- /a -> b --\n\nx\n`, 6, 'no content'],
    ['an open header', `${start}-- /proc/1/stat\n`, 4, 'a header looks like'],
    ['a relative path', `${start}-- proc/1/stat --\n`, 4, 'a header looks like'],
    ['an unknown errno', `${start}-- /a !EACCESS --\n`, 4, 'errno'],
    ['odd facts', `${start}-- /a facts inode=x --\n`, 4, 'facts look like'],
    ['twice the same', `${start}-- /a --\n-- /a --\n`, 5, 'before'],
    ['a cut file', `${start}-- /a --\nfirst\nhal`, 6, 'cut off'],
    ['an odd escape', `${start}-- /a --\nfine\n␛zz\n`, 6, 'two hexadecimal digits'],
    ['an end in the middle', `${start}-- /a --\nx␄\ny\n`, 5, 'only at the end'],
    ['an escape that is no UTF-8 in a path', `${start}-- /a␛ff --\n`, 4, 'UTF-8'],
    ['half a character in content', `${start}-- /a --\n␛ud800\n`, 5, 'cannot stand'],
    ['converted line ends', `${start}-- /a --\r\nx\r\n`, 4, 'carriage return'],
  ])('%s is refused with its line', (_, text, line, wrong) => {
    const refuse = () => parseRecording(Buffer.from(text))
    expect(refuse).toThrow(DamagedRecording)
    expect(refuse).toThrow(new RegExp(`^line ${line} of the recording: .*${wrong}.*record it again`, 's'))
  })

  test('bytes that are not UTF-8 are refused with their line', () => {
    expect(() => parseRecording(Buffer.from('# a\n# \xff\n', 'latin1'))).toThrow(/^line 2 .*not UTF-8/)
  })
})

test('an archive answers a link, its listing and its facts apart', async () => {
  const { moments } = parseRecording(
    Buffer.from(`== 2026-09-01T03:12:00.000Z ==

-- /proc/9/cwd -> /run/x --
-- /proc/9/cwd/ --
config.json
-- /proc/9/cwd facts !EACCES --
-- /proc/9/fd/ !EACCES --
-- /proc/9/task/9/stat !ENOENT --
`),
  )
  const source = archiveSource(moments)
  await source.begin()
  expect(source.link('/proc/9/cwd')).toEqual({ kind: 'known', value: '/run/x' })
  expect(source.list('/proc/9/cwd')).toEqual({ kind: 'known', value: ['config.json'] })
  expect(source.facts('/proc/9/cwd')).toEqual({ kind: 'denied' })
  expect(source.list('/proc/9/fd')).toEqual({ kind: 'denied' })
  expect(source.list('/proc/9/task')).toEqual({ kind: 'known', value: ['9'] })
  expect(source.list('/proc')).toEqual({ kind: 'known', value: ['9'] })
})
