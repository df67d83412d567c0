import fc from 'fast-check'
import { expect, test } from 'vitest'
import { domId } from '../../../src/outputs/web/page/dom-id.ts'
import { visible, visiblePieces } from '../../../src/outputs/web/page/visible.ts'
import { printable } from '../../../src/outputs/text/printable.ts'

test('what would not be seen is told from what is only written like it', () => {
  expect(visiblePieces('a\u202eb\\u{202e}\n')).toEqual([
    { text: 'a', escaped: false },
    { text: '\\u{202e}', escaped: true },
    { text: 'b\\u{202e}', escaped: false },
    { text: '\\n', escaped: true },
  ])
  expect(visiblePieces('')).toEqual([])
})

test('page and terminal write out the same characters', () => {
  for (let code = 0; code <= 0x10_ffff; code++) {
    const character = String.fromCodePoint(code)
    if (visible(character) !== printable(character))
      expect(visible(character), code.toString(16)).toBe(printable(character))
  }
  expect(visible('\ud800')).toBe('\\u{d800}')
})

test('ids in the document: no white space, no two alike, whatever was named how', () => {
  const name = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(domId(a)).toMatch(/^row-\w*$/)
      expect(domId(a) === domId(b)).toBe(a === b)
    }),
  )
  expect(domId('container|\ud800')).toBe('row-container_7c__d800_')
})
