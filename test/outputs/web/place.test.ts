import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPlace, parsePlace } from '../../../src/outputs/web/page/place.ts'

test('a fresh page has no fragment', () => {
  expect(parsePlace('')).toEqual({ at: '', row: '', verdict: '', search: '', onlyWrong: false, processes: false })
  expect(formatPlace(parsePlace('#'))).toBe('')
})

test('a link reads well', () => {
  const at = '2026-11-21T03:12:05.000Z'
  const place = { at, row: 'shim|4000@900', verdict: '', search: 'default/web', onlyWrong: true, processes: false }
  expect(formatPlace(place)).toBe('at=2026-11-21T03:12:05.000Z&q=default/web&row=shim%7C4000@900&wrong')
  expect(parsePlace('#at=2026-11-21T03:12:05Z&q=default/web&row=shim|4000@900&wrong')).toEqual(place)
})

test.each(['03:12', 'yesterday', '2026-13-45T00:00', 'shim|4000@900'])('a moment that is none, as %s, is now', (at) =>
  expect(parsePlace(`#at=${at}&q=web`)).toMatchObject({ at: '', search: 'web' }),
)

test('every place comes back from its link, through URL', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 })
  const moment = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
  const at = fc.oneof(
    fc.constant(''),
    moment.map((date) => date.toISOString()),
  )
  const place = fc.record({
    at,
    row: text,
    verdict: text,
    search: text,
    onlyWrong: fc.boolean(),
    processes: fc.boolean(),
  })
  fc.assert(
    fc.property(place, (made) => {
      const { hash } = new URL(`#${formatPlace(made)}`, 'http://127.0.0.1:19256/')
      expect(parsePlace(hash)).toEqual(made)
    }),
  )
})
