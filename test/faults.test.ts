import { expect, test } from 'vitest'
import { replay, scenarios } from './replay.ts'

test.each(scenarios().filter(({ moments }) => moments.length === 1))(
  '$name: a clock that is set back between two passes accuses nobody else',
  async ({ moments: [moment] }) => {
    if (moment === undefined) throw new Error('a scenario without a moment')
    const once = (await replay([moment])).snapshot
    const accused = once.verdicts.map(({ key }) => key)
    for (const byMs of [-86_400_000, -60_000, -1_000]) {
      const { snapshot } = await replay([moment, { ...moment, takenAtMs: moment.takenAtMs + byMs }])
      expect(accused).toEqual(expect.arrayContaining(snapshot.verdicts.map(({ key }) => key)))
    }
  },
)
