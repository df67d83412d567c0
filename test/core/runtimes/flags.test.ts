import { expect, it } from 'vitest'
import { parseFlags } from '../../../src/core/runtimes/flags.ts'

it('reads flags as Go writes them', () => {
  const flags = parseFlags(['-namespace', 'k8s.io', '--id=1f', '-debug', 'start', '-'], new Set(['debug']))
  expect([...flags.values]).toEqual([
    ['namespace', 'k8s.io'],
    ['id', '1f'],
  ])
  expect(flags.given).toContain('debug')
  expect(flags.words).toEqual(['start', '-'])
})

it('survives a flag whose value is missing', () => {
  expect(parseFlags(['-id'], new Set()).given).toContain('id')
})
