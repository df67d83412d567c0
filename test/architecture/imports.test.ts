import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesBelow, type PlantedTree, plant } from './planted-tree.ts'

/** The table of who may import whom, as the linter must see it. */
const table: readonly { from: string; may: readonly string[]; never: readonly string[] }[] = [
  {
    from: 'src/core/model',
    may: ['./reading.ts'],
    never: ['../procfs/stat.ts', '../inspect.ts', '../../sources/live.ts', 'node:fs', 'fastify'],
  },
  ...['procfs', 'runtimes', 'forest', 'verdicts', 'snapshot', 'sight', 'stories'].map((stage) => ({
    from: `src/core/${stage}`,
    may: ['./neighbour.ts', '../model/reading.ts'],
    never: [
      stage === 'procfs' ? '../runtimes/index.ts' : '../procfs/stat.ts',
      './../procfs/stat.ts',
      stage === 'verdicts' ? '../forest/grow.ts' : '../verdicts/index.ts',
      '../inspect.ts',
      '../../sources/live.ts',
      '../../agent/agent.ts',
      '../../config.ts',
      'node:fs',
      'typebox',
    ],
  })),
  {
    from: 'src/core',
    may: ['./model/reading.ts', './verdicts/judge.ts'],
    never: ['../sources/live.ts', '../agent/agent.ts', '../config.ts', 'node:fs', 'typebox'],
  },
  {
    from: 'src/sources',
    may: ['./live.ts', '../core/model/reading.ts', '../core/procfs/stat.ts', 'node:fs', 'node:fs/promises', 'ps-list'],
    never: [
      '../core/runtimes/index.ts',
      '../core/forest/grow.ts',
      '../core/verdicts/index.ts',
      '../core/snapshot/take.ts',
      '../core/inspect.ts',
      './../core/inspect.ts',
      '../agent/agent.ts',
      '../outputs/text/tree.ts',
      '../config.ts',
      'fastify',
    ],
  },
  {
    from: 'src/agent',
    may: [
      './agent.ts',
      '../core/inspect.ts',
      '../core/snapshot/diff.ts',
      '../core/model/reading.ts',
      '../sources/proc-source.ts',
      'node:worker_threads',
    ],
    never: [
      '../core/runtimes/index.ts',
      '../core/verdicts/index.ts',
      '../core/forest/grow.ts',
      '../core/procfs/stat.ts',
      '../outputs/text/tree.ts',
      '../commands/serve.ts',
      '../config.ts',
      'node:fs',
      'node:fs/promises',
      'node:child_process',
      'fastify',
    ],
  },
  {
    from: 'src/journal',
    may: [
      './lock.ts',
      '../core/model/event.ts',
      '../core/snapshot/patch.ts',
      '../agent/agent.ts',
      'node:fs',
      'node:zlib',
    ],
    never: [
      '../core/inspect.ts',
      '../core/verdicts/index.ts',
      '../agent/loop.ts',
      '../sources/live.ts',
      '../outputs/text/tree.ts',
      '../commands/serve.ts',
      '../config.ts',
      'node:child_process',
      'fastify',
    ],
  },
  ...['metrics', 'http', 'live', 'text', 'web'].map((output) => ({
    from: `src/outputs/${output}`,
    may: [
      './neighbour.ts',
      '../../core/model/reading.ts',
      '../../core/snapshot/diff.ts',
      '../../agent/agent.ts',
      'fastify',
    ],
    never: [
      output === 'text' ? '../http/routes.ts' : '../text/tree.ts',
      '../../agent/run-passes.ts',
      '../../journal/journal.ts',
      '../../sources/live.ts',
      '../../commands/serve.ts',
      '../../config.ts',
      'node:child_process',
      'ps-list',
      ...(output === 'web' ? [] : ['node:fs', 'node:fs/promises']),
    ],
  })),
  {
    from: 'src/outputs/text/watch',
    may: ['./neighbour.ts', '../tree.ts', '../../../core/model/reading.ts', 'string-width'],
    never: [
      '../../http/server.ts',
      '../../live/client.ts',
      '../../../agent/agent.ts',
      '../../../sources/live.ts',
      '../../../commands/serve.ts',
      'node:fs',
      'node:tty',
    ],
  },
  {
    from: 'src/outputs/web/page',
    may: ['./neighbour.ts', '../../live/client.ts', '../../../core/snapshot/nest.ts'],
    never: ['../../live/feed.ts', '../../text/tree.ts', '../../http/server.ts', 'node:child_process'],
  },
  { from: 'src', may: [], never: [] },
]

interface Planted {
  readonly path: string
  readonly from: string
  readonly specifier: string
}

const slug = (specifier: string): string => specifier.replaceAll(/[^a-z]+/g, '-').replaceAll(/^-|-$/g, '')
const plantAll = (kind: 'may' | 'never'): Planted[] =>
  table.flatMap((row) =>
    row[kind].map((specifier, index) => ({
      path: `${row.from}/planted-${kind}-${index}-${slug(specifier)}.ts`,
      from: row.from,
      specifier,
    })),
  )
const allowed = plantAll('may')
const forbidden = plantAll('never')

let tree: PlantedTree
let reported: ReadonlySet<string>

beforeAll(() => {
  const files = [...allowed, ...forbidden].map(({ path, specifier }) => [
    path,
    `import type { planted } from '${specifier}'\nexport const used: typeof planted = 1\n`,
  ])
  tree = plant({
    ...Object.fromEntries(files),
    'src/config.ts': "import { main } from './main.ts'\nexport const options = main\n",
    'src/agent/planted-reexport.ts': "export { planted } from '../outputs/text/tree.ts'\n",
    'src/agent/planted-dynamic.ts': "export const planted = await import('../outputs/text/tree.ts')\n",
    'src/sources/planted-cycle-a.ts': "import { b } from './planted-cycle-b.ts'\nexport const a = () => b\n",
    'src/sources/planted-cycle-b.ts': "import { a } from './planted-cycle-a.ts'\nexport const b = () => a\n",
  })
  const rules = ['--only=style/noRestrictedImports', '--only=suspicious/noImportCycles']
  const { output } = tree.run('biome', 'lint', ...rules, '--reporter=github', '--max-diagnostics=none', 'src')
  reported = new Set(
    [...output.matchAll(/::error title=lint[^,]*,file=([^,]+)/g)].map((match) => fromRoot(match[1] ?? '')),
  )
})
afterAll(() => tree.remove())

function fromRoot(path: string): string {
  return path.slice(Math.max(0, path.indexOf('src/')))
}

test.each(forbidden)('$from may not import $specifier', ({ path }) => {
  expect([...reported]).toContain(path)
})

test.each(allowed)('$from may import $specifier', ({ path }) => {
  expect([...reported]).not.toContain(path)
})

test.each([
  'src/config.ts',
  'src/agent/planted-reexport.ts',
  'src/agent/planted-dynamic.ts',
  'src/sources/planted-cycle-a.ts',
  'src/sources/planted-cycle-b.ts',
])('%s is an offence', (path) => {
  expect([...reported]).toContain(path)
})

describe('each row of the table is about modules that exist', () => {
  test.each(table.map((row) => row.from))('%s', (folder) => {
    expect(filesBelow(folder).filter((path) => path.endsWith('.ts')).length).toBeGreaterThan(0)
  })
})
