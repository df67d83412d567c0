import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { habits, outside, type SourceFile, withoutComments } from './habits.ts'
import { filesBelow, repository } from './planted-tree.ts'

const read = (path: string): SourceFile => ({ path, text: readFileSync(join(repository, path), 'utf8') })
const everything = filesBelow('.', ['node_modules', 'dist', '.git', '.cache'])
const binary = /\.(?:png|jpe?g|gif|ico|woff2?|gz|tar)$/
const texts = everything
  .filter((path) => !binary.test(path) && !lstatSync(join(repository, path)).isSymbolicLink())
  .map(read)

/** One offence at least for each habit, in a place where it counts; and its innocent neighbour. */
const planted: Readonly<Record<string, { offences: readonly SourceFile[]; innocent: readonly SourceFile[] }>> = {
  'a name says what a file is about': {
    offences: ['src/core/util/paths.ts', 'src/core/forest/tree-helper.ts', 'src/agent/manager.ts', 'test/utils.ts'].map(
      named,
    ),
    innocent: ['src/core/forest/grow.ts', 'src/sources/recording.ts', 'test/core/database.test.ts'].map(named),
  },
  'text is parsed at the door: the core splits lines and fields in procfs/ only': {
    offences: [
      at('src/core/runtimes/x.ts', "const a = text.split(':')"),
      at('src/core/forest/x.ts', "const a = text.split('\\n')"),
      at('src/core/verdicts/x.ts', 'const a = text.split(/\\s+/)'),
      at('src/core/verdicts/x.ts', "const a = text.split('\\0')"),
      at('src/core/verdicts/x.ts', "const a = text.split(' ')"),
    ],
    innocent: [at('src/core/procfs/x.ts', "text.split(':')"), at('src/core/runtimes/x.ts', "path.split('/')")],
  },
  'the world is an argument: the core has no clock and no dice': {
    offences: [
      at('src/core/x.ts', 'const now = Date.now()'),
      at('src/core/verdicts/x.ts', 'const now = new Date()'),
      at('src/core/verdicts/x.ts', 'const now = Date()'),
      at('src/core/snapshot/x.ts', 'const id = Math.random()'),
    ],
    innocent: [at('src/core/x.ts', 'new Date(ms).toISOString()'), at('src/core/x.ts', '// never Date.now() here')],
  },
  'the process file system is where --path.procfs says: no call opens it by a fixed name': {
    offences: [
      at('src/sources/live.ts', "const fd = openSync('/proc/stat')"),
      at('src/sources/live.ts', 'await readFile(`/proc/${' + 'pid}/stat`)'),
      at('src/commands/x.ts', "readFileSync('/proc/meminfo')"),
      at('src/commands/x.ts', 'watch("/sys/fs/cgroup")'),
    ],
    innocent: [
      at('src/sources/live.ts', 'openSync(procfs + path)'),
      at('src/sources/collect.ts', "source.list('/proc')"),
      at('src/sources/collect.ts', "const uptime = read('/proc/uptime')"),
    ],
  },
  'the agent and the outputs know no path of the node': {
    offences: [
      at('src/agent/x.ts', "const path = '/proc/1/stat'"),
      at('src/outputs/metrics/x.ts', 'const path = `/sys/fs/cgroup/x`'),
    ],
    innocent: [at('src/sources/x.ts', "'/proc/1/stat'"), at('src/agent/x.ts', '/** as `/proc/1/stat` says */')],
  },
  'order is written: no import for its side effect': {
    offences: [at('src/main.ts', "import './register.ts'")],
    innocent: [at('src/main.ts', "import { a } from './register.ts'")],
  },
}

describe.each(habits)('$name', (habit) => {
  const { offences, innocent } = planted[habit.name] ?? { offences: [], innocent: [] }
  const offend = (file: SourceFile): boolean => habit.about(file.path) && habit.offences(file).length > 0

  test('a planted offence is found', () => {
    expect(offences.length).toBeGreaterThan(0)
    expect(offences.filter((file) => !offend(file))).toEqual([])
    expect(innocent.filter(offend)).toEqual([])
  })

  test('nobody breaks it', () => {
    const seen = texts.filter((file) => habit.about(file.path))
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.flatMap((file) => habit.offences(file).map((offence) => `${file.path}: ${offence}`))).toEqual([])
  })
})

describe('the repository refers to nothing outside itself', () => {
  const sibling = ['..', 'shared/design'].join('/')
  const desk = ['', 'work', 'main', 'src'].join('/')

  const found = (path: string, text: string): string[] =>
    outside.filter(({ about, pattern }) => about.test(path) && pattern.test(text)).map(({ name }) => `${path}: ${name}`)

  test.each([
    ['README.md', `see ${sibling}`],
    ['.ci/run', `cd ${desk}`],
    ['src/config.ts', `'${desk}'`],
    ['package-lock.json', '"resolved": "https://example.org/a.tgz"'],
    ['package.json', '"a": "file:../b"'],
  ])('a reference planted in %s is found: %s', (path, text) => {
    expect(found(path, text)).not.toEqual([])
  })

  test.each([
    ['README.md', '/proc/1/cwd/work/x'],
    ['README.md', 'https://example.org/home/x/'],
    ['src/a.ts', '/var/lib/docker'],
    ['package.json', '"node": ">=20"'],
  ])('%s may say %s', (path, text) => {
    expect(found(path, text)).toEqual([])
  })

  test('no text does', () => {
    expect(texts.length).toBeGreaterThan(30)
    expect(texts.flatMap(({ path, text }) => found(path, text))).toEqual([])
  })

  test('no link in a document and no symbolic link leads out', () => {
    const leadsOut = (path: string, target: string): boolean =>
      relative(repository, resolve(repository, dirname(path), target)).startsWith('..')
    expect(leadsOut('README.md', '../elsewhere')).toBe(true)
    expect(leadsOut('test/a/b.md', '../../README.md')).toBe(false)

    const documents = texts.filter(({ path }) => path.endsWith('.md'))
    const links = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!\w+:|#|\/)([^)\s#]+)/g)].map(([, target]) => ({ path, target: target ?? '' })),
    )
    const symbolic = everything
      .filter((path) => lstatSync(join(repository, path)).isSymbolicLink())
      .map((path) => ({ path, target: readlinkSync(join(repository, path)) }))
    expect([...links, ...symbolic].filter(({ path, target }) => leadsOut(path, target))).toEqual([])
  })
})

test('comments are blanked, addresses in strings are not, lines stay where they are', () => {
  expect(withoutComments("/* a\n b */ code // c\n'http://x'")).toBe("    \n      code \n'http://x'")
})

function named(path: string): SourceFile {
  return { path, text: '' }
}

function at(path: string, text: string): SourceFile {
  return { path, text }
}
