import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { latestWins } from '../../../src/outputs/web/page/latest-wins.ts'

interface Question {
  readonly wanted: number
  readonly signal: AbortSignal
  readonly answer: (text: string) => void
  readonly fail: (error: Error) => void
}

/** A seeker whose questions are answered when the test says so. */
function asked(patienceMs: number) {
  const questions: Question[] = []
  const told: string[] = []
  const seeker = latestWins<number, string>({
    ask: (wanted, signal) =>
      new Promise((answer, fail) => {
        questions.push({ wanted, signal, answer, fail })
      }),
    answered: (wanted, answer) => told.push(`${wanted} ${answer}`),
    failed: (wanted, error) => told.push(`${wanted} failed: ${(error as Error).message}`),
    pauseMs: 0,
    patienceMs,
  })
  return { seeker, questions, told, wanted: () => questions.map((question) => question.wanted) }
}

const settled = () => new Promise((resolve) => setTimeout(resolve))
const patient = 1_000_000

describe('of many moments only the last is asked', () => {
  test('while an answer is under way, what was passed meanwhile is never asked', async () => {
    const { seeker, questions, told, wanted } = asked(patient)
    for (let moment = 1; moment <= 100; moment += 1) seeker.seek(moment)
    expect(wanted()).toEqual([1])
    questions[0]?.answer('a')
    await settled()
    expect(wanted()).toEqual([1, 100])
    questions[1]?.answer('b')
    await settled()
    expect(told).toEqual(['1 a', '100 b'])
    expect(wanted()).toEqual([1, 100])
  })

  test('an answer that takes too long is given up, and told no more', async () => {
    const { seeker, questions, told, wanted } = asked(0)
    seeker.seek(1)
    seeker.seek(2)
    expect(wanted()).toEqual([1, 2])
    expect(questions.map(({ signal }) => signal.aborted)).toEqual([true, false])
    questions[1]?.answer('second')
    questions[0]?.answer('first, late')
    await settled()
    expect(told).toEqual(['2 second'])
  })

  test('a failure is told, and what waits is asked all the same', async () => {
    const { seeker, questions, told } = asked(patient)
    seeker.seek(1)
    seeker.seek(2)
    questions[0]?.fail(new Error('gone'))
    await settled()
    questions[1]?.answer('there')
    await settled()
    expect(told).toEqual(['1 failed: gone', '2 there'])
  })

  test('who is forgotten is told nothing', async () => {
    const { seeker, questions, told } = asked(patient)
    seeker.seek(1)
    seeker.forget()
    questions[0]?.answer('late')
    await settled()
    expect(told).toEqual([])
    seeker.seek(2)
    questions[1]?.answer('again')
    await settled()
    expect(told).toEqual(['2 again'])
  })
})

test('whatever comes when: one question at a time, answers in order, the last one stands', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('seek' as const), at: fc.nat(9) }),
    fc.record({ do: fc.constantFrom('answer' as const, 'fail' as const), at: fc.nat(9) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.constantFrom(0, patient), async (steps, patienceMs) => {
      const { seeker, questions, told } = asked(patienceMs)
      const open = new Set<Question>()
      let seen = 0
      let wanted: number | undefined
      const look = () => {
        for (const question of questions.slice(seen)) open.add(question)
        seen = questions.length
        expect([...open].filter(({ signal }) => !signal.aborted).length).toBeLessThanOrEqual(1)
      }
      for (const [index, { do: what, at }] of steps.entries()) {
        if (what === 'seek') {
          // Each moment once, so that one can tell which answer is whose.
          wanted = index * 10 + at
          seeker.seek(wanted)
        } else {
          const question = [...open][at % Math.max(1, open.size)]
          if (question !== undefined) {
            open.delete(question)
            if (what === 'answer') question.answer('answered')
            else question.fail(new Error('no'))
            await settled()
          }
        }
        look()
      }
      for (; open.size > 0; look()) {
        for (const question of open) question.answer('answered')
        open.clear()
        await settled()
      }
      const moments = told.map((line) => Number.parseInt(line, 10))
      expect(moments).toEqual([...moments].sort((a, b) => a - b))
      if (wanted !== undefined) expect(moments.at(-1)).toBe(wanted)
    }),
  )
})
