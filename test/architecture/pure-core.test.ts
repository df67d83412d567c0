import { afterAll, beforeAll, expect, test } from 'vitest'
import { filesBelow, type PlantedTree, plant, repository } from './planted-tree.ts'

const offences = {
  'src/core/forest/planted-node-module.ts':
    "import { readFileSync } from 'node:fs'\nexport const planted = readFileSync\n",
  'src/core/forest/planted-process.ts': 'export const planted = process.pid\n',
  'src/core/forest/planted-console.ts': "console.log('planted')\nexport const planted = 1\n",
  'src/core/verdicts/planted-timer.ts': 'export const planted = setTimeout(() => {}, 1)\n',
  'src/core/verdicts/planted-buffer.ts': 'export const planted = Buffer.alloc(1)\n',
  'src/core/verdicts/planted-fetch.ts': "export const planted = fetch('')\n",
  'src/core/planted-document.ts': 'export const planted = document\n',
  'src/core/planted-performance.ts': 'export const planted = performance.now()\n',
  'src/core/model/planted-enum.ts': 'export enum Planted { One }\n',
}
const harmless = { 'src/core/forest/planted-harmless.ts': 'export const planted = Math.max(1, 2)\n' }

let tree: PlantedTree
let output: string

beforeAll(() => {
  tree = plant({ ...offences, ...harmless })
  output = tree.run('tsc', '-p', 'tsconfig.core.json', '--pretty', 'false').output
})
afterAll(() => tree.remove())

test.each(Object.keys(offences))('the core does not compile with %s', (path) => {
  expect(output).toContain(`${path}(`)
})

test.each(Object.keys(harmless))('%s compiles', (path) => {
  expect(output).not.toContain(path)
})

test('every module of the core is looked at', () => {
  const seen = tree.run('tsc', '-p', 'tsconfig.core.json', '--listFilesOnly').output
  const modules = filesBelow('src/core')
  expect(modules.length).toBeGreaterThan(20)
  for (const path of modules) expect(seen, `${path} of ${repository}`).toContain(path)
})
