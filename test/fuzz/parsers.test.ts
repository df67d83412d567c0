import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anything, pieces, RUNS } from './inputs.ts'
import { type Parser, parsers } from './parsers.ts'

const corpus = new URL('./corpus/', import.meta.url)

/** Either an answer, or the one documented refusal. What it answers is no longer than what it was given, by a factor. */
function takes({ parse, refusesWith }: Parser, bytes: Buffer): void {
  let answer: unknown
  try {
    answer = parse(bytes)
  } catch (error) {
    if (refusesWith === undefined || !(error instanceof refusesWith)) throw error
    answer = error.message
  }
  expect(sizeOf(answer)).toBeLessThan(20_000 + 100 * bytes.length)
}

/** Of all texts and members in an answer. */
function sizeOf(answer: unknown): number {
  if (typeof answer === 'string') return answer.length
  if (Buffer.isBuffer(answer)) return answer.length
  if (answer === null || typeof answer !== 'object') return 1
  const members = answer instanceof Map || answer instanceof Set ? [...answer] : Object.values(answer)
  return members.reduce<number>((sum, member) => sum + sizeOf(member), 1)
}

describe.each(parsers)('$name', (parser) => {
  const seeds = parser.seeds.map((seed) => Buffer.from(seed))

  test('knows its seeds', () => {
    for (const seed of seeds) takes(parser, seed)
  })

  test('answers or refuses whatever it is given', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(anything(seeds), (bytes) => takes(parser, bytes)),
      { numRuns: RUNS },
    )
  })

  test('what was found once', () => {
    for (const name of readdirSync(corpus)) takes(parser, readFileSync(new URL(name, corpus)))
  })

  test('reads a long text of any piece once, and not again for each of its bytes', { timeout: 60_000 }, () => {
    for (const piece of pieces(parser.seeds)) {
      const text = piece.repeat((parser.ownFile ? 10_000 : 100_000) / piece.length)
      // Quadratic work would be billions of steps for each of some dozens, which no test waits for.
      for (const whole of [text, `${parser.seeds[0]}${text}`, `${text}${parser.seeds[0]}`]) {
        try {
          parser.parse(Buffer.from(whole))
        } catch (error) {
          if (parser.refusesWith === undefined || !(error instanceof parser.refusesWith)) throw error
        }
      }
    }
  })
})
