import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PlantedTree, plant } from './planted-tree.ts'

const planted = ['src/core/runtimes/planted.ts', 'src/core/verdicts/planted.ts', 'src/outputs/metrics/planted.ts']

let tree: PlantedTree
let unused: readonly string[]

beforeAll(() => {
  tree = plant({
    ...Object.fromEntries(planted.map((path) => [path, 'export const planted = 1\n'])),
    // A test of it does not make it part of the program.
    'test/core/runtimes/planted.test.ts': "import { planted } from '../../../src/core/runtimes/planted.ts'\nplanted\n",
  })
  const { stdout } = tree.run('knip', '--production', '--include', 'files', '--reporter', 'json', '--no-exit-code')
  const report: { issues: { file: string; files: unknown[] }[] } = JSON.parse(stdout)
  unused = report.issues.filter((issue) => issue.files.length > 0).map((issue) => issue.file)
})
afterAll(() => tree.remove())

test.each(planted)('%s is in no table, so it is dead code', (path) => {
  expect(unused).toContain(path)
})

test('what is in a table is alive', () => {
  expect(unused).not.toContain('src/core/runtimes/containerd-shim-runc-v2.ts')
  expect(unused).not.toContain('src/core/verdicts/shim-leaked.ts')
})
