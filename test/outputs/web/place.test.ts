import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPlace, parsePlace } from '../../../src/outputs/web/page/place.ts'

test('a fresh page has no fragment', () => {
  expect(parsePlace('')).toEqual({ at: '', verdict: '', search: '', onlyWrong: false, processes: false })
  expect(formatPlace(parsePlace('#'))).toBe('')
})

test('a link reads well', () => {
  const place = { at: 'shim|4000@900', verdict: '', search: 'default/web', onlyWrong: true, processes: false }
  expect(formatPlace(place)).toBe('q=default/web&at=shim%7C4000@900&wrong')
  expect(parsePlace('#q=default/web&at=shim|4000@900&wrong')).toEqual(place)
})

test('every place comes back from its link, through URL', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 })
  const place = fc.record({ at: text, verdict: text, search: text, onlyWrong: fc.boolean(), processes: fc.boolean() })
  fc.assert(
    fc.property(place, (made) => {
      const { hash } = new URL(`#${formatPlace(made)}`, 'http://127.0.0.1:19256/')
      expect(parsePlace(hash)).toEqual(made)
    }),
  )
})
