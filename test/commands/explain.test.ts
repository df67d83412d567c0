import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { verdictRules } from '../../src/core/verdicts/index.ts'
import { folder, leakedShim, shimscope } from './world.ts'

const runbooks = new URL('../../runbooks/', import.meta.url)

test('without a code, every verdict', async () => {
  const { code, out } = await shimscope(['explain'])
  for (const rule of verdictRules) expect(out).toContain(rule.title)
  expect(code).toBe(0)
  expect(JSON.parse((await shimscope(['explain', '--json'])).out).verdicts).toHaveLength(verdictRules.length)
})

test('with a recording, what it shows of that verdict stands below', async () => {
  using here = folder()
  const path = here.write('leaked.proc', leakedShim(600))
  const given = ['--from', path, '--grace', '0s']
  const { code, out } = await shimscope(['explain', 'shim-leaked', ...given])
  expect(code).toBe(0)
  const [runbook, seen = ''] = out.split(`\n## In ${path}\n\n`)
  expect(runbook).toBe((await shimscope(['explain', 'shim-leaked'])).out)
  expect(seen).toMatch(/warning {3}shim-leaked {2}firing/)
  expect(seen).toContain('/proc/')
  expect((await shimscope(['explain', 'shim-wedged', ...given])).out).toMatch(/\nNo shim-wedged\.\n$/)
  expect(JSON.parse((await shimscope(['explain', 'shim-leaked', '--json', ...given])).out).verdicts).toMatchObject([
    { code: 'shim-leaked', status: 'firing' },
  ])
  expect((await shimscope(['explain', 'shim-leaked', '--from', `${path}.not`])).code).toBe(2)
})

test('no runbook is left without its verdict', () => {
  // Below alerts/ are those of the alerts that are about the agents themselves.
  const names = readdirSync(runbooks).filter((name) => name !== 'alerts')
  const codes = names.map((name) => name.replace(/\.md$/, ''))
  expect(codes.sort()).toEqual(verdictRules.map((rule) => rule.code).sort())
})

test.each(verdictRules.map((rule) => [rule.code, rule] as const))('%s', async (verdict, rule) => {
  const { code, out } = await shimscope(['explain', verdict])
  expect(code).toBe(0)
  expect(out).toBe(readFileSync(new URL(`${verdict}.md`, runbooks), 'utf8'))
  expect(out.split('\n')[0]).toBe(`# ${verdict}`)
  const about = out.split('\n')[2] ?? ''
  expect(about.startsWith(rule.severity) && about.endsWith(`: ${rule.title}`)).toBe(true)
  expect(out.match(/^## .*/gm)).toEqual([
    '## What it means',
    '## See for yourself',
    '## Why it happens',
    '## What is safe to do',
    '## What it is not',
  ])
  // Other verdicts that it sends the reader to are there.
  for (const [, other] of out.matchAll(/`((?:shim|container|engine|sandbox)-[a-z-]+)`/g))
    expect(verdictRules.map((one) => one.code)).toContain(other)
  // Ending something is never the first step.
  expect(/^1\.[^\n]*(?:\n {3}[^\n]*)*/m.exec(out.split('## What is safe to do')[1] ?? '')?.[0]).not.toMatch(
    /kill -(?:9|KILL|TERM)|pkill/,
  )
})
