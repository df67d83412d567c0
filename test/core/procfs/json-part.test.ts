import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonMember } from '../../../src/core/procfs/json-part.ts'

const values = fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.array(fc.string()), fc.string())

it('reads what JSON.parse reads, however the text is laid out', () => {
  fc.assert(
    fc.property(values, fc.jsonValue(), fc.constantFrom(undefined, 2), (wanted, other, indent) => {
      const text = JSON.stringify(
        { before: JSON.stringify(other), annotations: wanted, after: '"annotations":{}' },
        null,
        indent,
      )
      expect(jsonMember(text, 'annotations')).toEqual(wanted)
    }),
  )
})

it.each([
  '',
  '{}',
  '{"annotations":{"a":"b"',
  '{"annotations":7}',
  '{"annotations":{},"x":{"annotations":{}}}',
  '{"annotations":{"a"}}',
])('is not sure about %j', (text) => {
  expect(jsonMember(text, 'annotations')).toBeUndefined()
})
