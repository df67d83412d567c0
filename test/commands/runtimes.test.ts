import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runtimes } from '../../src/core/runtimes/index.ts'
import { shimscope } from './world.ts'

test('a row for each runtime, and no empty cell', async () => {
  const { code, out } = await shimscope(['runtimes'])
  expect(code).toBe(0)
  const [head, ...rows] = out.trimEnd().split('\n')
  expect(rows).toHaveLength(runtimes.length)
  for (const row of rows) expect(row.split(/ {2,}/)).toHaveLength(head?.split(/ {2,}/).length ?? 0)
})

test('the README shows what the command prints', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(/<!-- runtimes -->\n```\n([\s\S]*?)```\n<!-- \/runtimes -->/.exec(readme)?.[1]).toBe(
    (await shimscope(['runtimes'])).out,
  )
})

test('the same as JSON', async () => {
  const { out } = await shimscope(['runtimes', '--json'])
  expect(JSON.parse(out).runtimes).toHaveLength(runtimes.length)
})
