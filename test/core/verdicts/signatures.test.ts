import { describe, expect, it } from 'vitest'
import { verdictRules } from '../../../src/core/verdicts/index.ts'
import { signatures } from '../../../src/core/verdicts/signatures.ts'
import { scenarios } from '../../replay.ts'

const expectedOf = new Map(scenarios().map(({ name, expected }) => [name, expected]))
const rules = new Set(verdictRules.map(({ code }) => code))

it('is a catalogue of forty, and of what goes beyond', () => {
  const numbered = signatures.filter(({ id }) => /^\d+$/.test(id))
  expect(numbered.map(({ id }) => Number(id))).toEqual(Array.from({ length: 40 }, (_, at) => at + 1))
})

it('names every verdict there is', () => {
  const named = new Set(signatures.flatMap(({ codes }) => codes))
  expect([...rules].filter((code) => !named.has(code))).toEqual([])
})

describe.each(signatures)('$id: $title', ({ codes, recordings, nearMisses }) => {
  it('is recorded, and has a recording of what looks alike', () => {
    expect(codes.filter((code) => !rules.has(code))).toEqual([])
    expect([...recordings, ...nearMisses].filter((name) => !expectedOf.has(name))).toEqual([])
    expect(codes.length * recordings.length * nearMisses.length).toBeGreaterThan(0)
    const raised = recordings.map((name) => expectedOf.get(name) ?? [])
    expect(raised.filter((found) => !codes.some((code) => found.includes(code)))).toEqual([])
    expect(codes.filter((code) => !raised.flat().includes(code))).toEqual([])
    for (const name of nearMisses) expect(codes.filter((code) => expectedOf.get(name)?.includes(code))).toEqual([])
  })
})
