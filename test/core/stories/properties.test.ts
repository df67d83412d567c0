import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeEvent } from '../../../src/core/model/event.ts'
import type { Story } from '../../../src/core/model/story.ts'
import { storyKinds } from '../../../src/core/stories/index.ts'
import { storyTeller, tellStories } from '../../../src/core/stories/tell.ts'
import type { Told } from '../../../src/core/stories/told.ts'
import { keyOf, tiesOf } from '../../../src/core/stories/ties.ts'
import { liveThrough, steps, type Step } from './support/simulated-node.ts'

const storiesIn = (told: readonly Told[]): readonly Story[] =>
  told.flatMap((one) => (one.kind === 'story' ? [one.story] : []))
const eventsIn = (told: readonly Told[]): readonly NodeEvent[] =>
  told.flatMap((one) => (one.kind === 'event' ? [one.event] : one.story.members.map(({ event }) => event)))
const happened = (all: readonly Step[], place = 1): readonly NodeEvent[] => liveThrough(all, place).flat()

/** What must hold of any stream, whether or not a node could have told it. */
function isSound(events: readonly NodeEvent[]): void {
  const told = tellStories(events)
  // Each event once: in one story, or by itself.
  expect(new Set(eventsIn(told))).toEqual(new Set(events))
  expect(eventsIn(told)).toHaveLength(events.length)
  for (const { members, kind, id } of storiesIn(told)) {
    const ties = members.map(({ event }) => tiesOf(event))
    for (const [at, own] of ties.entries())
      expect(
        members.length === 1 || ties.some((other, index) => index !== at && own.some((tie) => other.includes(tie))),
        id,
      ).toBe(true)
    const parts = members.map(({ part }) => part)
    expect(parts.lastIndexOf('cause'), `${kind} ${parts}`).toBeLessThanOrEqual(0)
    if (parts.includes('effect')) expect(parts[0]).toBe('cause')
    const order = members.map(({ event }) => events.indexOf(event))
    expect(order).toEqual([...order].sort((a, b) => a - b))
  }
  const ids = storiesIn(told).map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
}

describe('stories of a node on which anything happens', () => {
  test('every kind is told', () => {
    const kinds = new Set(
      fc
        .sample(steps, { numRuns: 300, seed: 7 })
        .flatMap((all) => storiesIn(tellStories(happened(all))).map(({ kind }) => kind)),
    )
    expect([...kinds].sort()).toEqual(storyKinds.map(({ kind }) => kind).sort())
  })

  test('each event is in one story at the most, and a cause precedes its effects', () => {
    fc.assert(
      fc.property(steps, (all) => isSound(happened(all))),
      { numRuns: 200 },
    )
  })

  test('what happens elsewhere changes no story', () => {
    fc.assert(
      fc.property(steps, steps, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (left, right, order) => {
        const here = liveThrough(left, 1)
        const times = here.map(([event]) => event?.at)
        // The same looks see both.
        const there = liveThrough(
          right.slice(0, left.length).map((step, index) => ({ ...step, ms: left[index]?.ms ?? 0 })),
          2,
        )
        const merged = here.flatMap((events, index) =>
          order[index] === true ? [...events, ...(there[index] ?? [])] : [...(there[index] ?? []), ...events],
        )
        expect(times).toHaveLength(left.length)
        const byId = (stories: readonly Story[]) => new Map(stories.map((story) => [story.id, story]))
        expect(byId(storiesIn(tellStories(merged)))).toEqual(
          byId([...storiesIn(tellStories(here.flat())), ...storiesIn(tellStories(there.flat()))]),
        )
      }),
      { numRuns: 150 },
    )
  })

  test('a story only grows: what was told of it stays', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (all, where) => {
        const events = happened(all)
        const whole = new Map(storiesIn(tellStories(events)).map((story) => [story.id, story]))
        for (const story of storiesIn(tellStories(events.slice(0, where % (events.length + 1))))) {
          const grown = whole.get(story.id)
          expect(grown?.members.slice(0, story.members.length)).toEqual(story.members)
          expect([grown?.kind, grown?.since]).toEqual([story.kind, story.since])
        }
      }),
      { numRuns: 200 },
    )
  })

  test('a stream that begins or ends anywhere, or comes in any order, is told soundly', () => {
    fc.assert(
      fc.property(
        steps.chain((all) => fc.tuple(fc.constant(all), fc.nat(), fc.nat(), fc.infiniteStream(fc.nat()))),
        ([all, from, to, random]) => {
          const events = happened(all)
          isSound(events.slice(from % (events.length + 1)))
          isSound(events.slice(from % (events.length + 1), to % (events.length + 1)))
          isSound(
            [...events]
              .map((event) => [random.next().value ?? 0, event] as const)
              .sort(([a], [b]) => a - b)
              .map(([, event]) => event),
          )
        },
      ),
      { numRuns: 150 },
    )
  })

  test('what is told as settled is what is told in the end', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const events = happened(all)
        const teller = storyTeller()
        const told: Told[] = []
        for (const event of events) {
          teller.hear(event)
          told.push(...teller.settled())
        }
        expect([...told, ...teller.rest()]).toEqual(tellStories(events))
      }),
      { numRuns: 150 },
    )
  })

  test('an order is claimed only where it was seen', () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { kind, summary, members } of storiesIn(tellStories(happened(all)))) {
          const events = members.map(({ event }) => event)
          const passes = new Set(events.map(({ seq }) => seq))
          if (
            kind === 'pod-ended' &&
            !members.some(({ part }) => part === 'cause') &&
            passes.size === 1 &&
            events.length > 1
          )
            expect(summary).toContain('which came first was not seen')
          if (kind === 'container-ended') {
            const gone = events.find(({ type }) => type === 'shim-gone')?.seq ?? 0
            const after = events.every(({ type, seq }) => type !== 'container-exited' || seq < gone)
            expect(summary.includes('after it')).toBe(after)
          }
          // A keeper is lost by who lived on: what is left behind was seen there.
          if (kind === 'shim-ended') {
            const left = events[0]?.facts?.outlivedBy?.map(({ key }) => key) ?? []
            expect(left.length).toBeGreaterThan(0)
            expect(
              members.filter(({ part }) => part === 'effect').every(({ event }) => left.includes(keyOf(event.subject))),
            ).toBe(true)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
