import { expect, test } from 'vitest'
import { giveScreenBack, paintChanges, takeScreen } from '../../../../src/outputs/text/watch/paint.ts'

test('only lines that differ are written', () => {
  expect(paintChanges(['a', 'b', 'c'], ['a', 'B', 'c'])).toBe('\u001b[2;1H\u001b[2KB')
  expect(paintChanges(['a', 'b'], ['a', 'b'])).toBe('')
})

test('nothing that was there is relied on when it may be something else', () => {
  expect(paintChanges(undefined, ['a', 'b'])).toBe('\u001b[2J\u001b[1;1H\u001b[2Ka\u001b[2;1H\u001b[2Kb')
})

test('every mode that is set is set back', () => {
  const modes = (text: string, suffix: string) =>
    [...text.matchAll(/\?(\d+)([hl])/g)].filter(([, , how]) => how === suffix).map(([, mode]) => mode)
  expect(modes(giveScreenBack, 'l').sort()).toEqual(modes(takeScreen, 'h').sort())
  expect(modes(giveScreenBack, 'h').sort()).toEqual(modes(takeScreen, 'l').sort())
})
