import { expect, test } from 'vitest'
import { blankAt } from '../../../src/outputs/web/page/blank-at.ts'

const blank = { from: '2026-11-21T03:00:00.000Z', until: '2026-11-21T03:10:00.000Z', why: 'unwatched' as const }
const at = (time: string) => blankAt([blank], Date.parse(`2026-11-21T${time}Z`))

test('a moment within a blank is not known; those at its ends are', () => {
  expect(at('03:05:00')).toBe(blank)
  expect(at('03:00:00.001')).toBe(blank)
  for (const known of ['02:59:00', '03:00:00', '03:10:00', '03:11:00']) expect(at(known)).toBeUndefined()
})
