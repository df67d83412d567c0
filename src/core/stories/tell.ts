import type { NodeEvent } from '../model/event.ts'
import { type Happening, isEvent, type Reboot, type Story, type StoryKind, type StoryPart } from '../model/story.ts'
import { storyKinds } from './index.ts'
import { nodeRebooted } from './node-rebooted.ts'
import {
  byRank,
  goesOn,
  inOrder,
  isOpen,
  isOver,
  isSoon,
  type OpenStory,
  type Place,
  raisedIn,
  verdictOf,
} from './open-story.ts'
import { TiedIndex } from './tied-index.ts'
import { tiesOf } from './ties.ts'
import { asStory, type Told, toldOf, worthTelling } from './told.ts'

/** So much that came later is held back for a verdict to clear; then its story is told as one that still fires. */
const MOST_HELD = 20_000
/** Places that were told are thrown away together. */
const MOST_TOLD = 1_000

export interface StoryTeller {
  /** Takes one more event, in the order in which events were told; gives the story that it is part of now. */
  hear(event: NodeEvent): (() => Story | undefined) | undefined
  /** No key of before means the same any more. */
  rebooted(reboot: Reboot): void
  /** What nothing heard later can change, in the order in which it began, each once; and forgets it. */
  settled(): readonly Told[]
  /** The same, of everything that is left. */
  rest(): readonly Told[]
}

/** Every story in what happened, and the events that are in none. */
export function tellStories(happenings: readonly Happening[]): readonly Told[] {
  const teller = storyTeller()
  for (const one of happenings) {
    if (isEvent(one)) teller.hear(one)
    else teller.rebooted(one)
  }
  return teller.rest()
}

interface TellerOptions {
  readonly kinds?: readonly StoryKind[]
  /** 0: what is over is told, and a verdict of it that clears later is told by itself. */
  readonly mostHeld?: number
}

/**
 * Joins events into stories as they come. Only what shares a tie is ever asked about, so what happens elsewhere on the
 * node changes no story; and what was joined stays joined, so a story that was told before only grows.
 */
export function storyTeller({ kinds = storyKinds, mostHeld = MOST_HELD }: TellerOptions = {}): StoryTeller {
  const loose = new TiedIndex<Place & { content: NodeEvent }>()
  const open = new TiedIndex<OpenStory>()
  /** Where each verdict was raised that has not cleared since. */
  const firing = new Map<string, Place>()
  let places: Place[] = []
  /** Those before it have been told. */
  let from = 0
  let nth = 0
  let nowMs = 0

  const put = (content: Place['content']): Place => {
    const place = { nth, content }
    nth += 1
    places.push(place)
    return place
  }

  const join = (story: OpenStory, event: NodeEvent, part: StoryPart): void => {
    if (goesOn(story, nowMs)) story.newsMs = nowMs
    story.members.push({ event, part })
    open.add(story, tiesOf(event))
    note(event, story.place)
  }

  /** A verdict clears where it was raised, however long ago. */
  const isRecovery = (place: Place, event: NodeEvent): boolean =>
    event.type === 'verdict-cleared' && firing.get(verdictOf(event)) === place

  const note = (event: NodeEvent, place: Place): void => {
    if (event.type === 'verdict-raised') firing.set(verdictOf(event), place)
    if (event.type === 'verdict-cleared') firing.delete(verdictOf(event))
  }

  const partIn = (story: OpenStory, event: NodeEvent): StoryPart | undefined => {
    if (isRecovery(story.place, event)) return 'with'
    return goesOn(story, nowMs) ? story.kind.takes(story.members, event) : undefined
  }

  const begin = (event: NodeEvent, ties: readonly string[]): OpenStory | undefined => {
    const earlier = loose
      .sharing(ties)
      .filter((place) => isSoon(place.content, event) || isRecovery(place, event))
      .sort(inOrder)
    const events = earlier.map(({ content }) => content)
    for (const [rank, kind] of kinds.entries()) {
      const members = kind.begins(event, events)
      if (members === undefined) continue
      const taken = earlier.filter(({ content }) => members.some((member) => member.event === content))
      const place: Place = taken[0] ?? put(undefined)
      for (const one of taken) {
        loose.remove(one, tiesOf(one.content))
        ;(one as Place).content = undefined
      }
      const story: OpenStory = { kind, rank, place, members: [...members], newsMs: nowMs }
      place.content = story
      // Where a verdict was raised twice, as by two lives of an agent, it is the later one that clears.
      for (const member of members)
        if (member.event === event || taken.some((one) => one === firing.get(verdictOf(member.event))))
          note(member.event, place)
      open.add(
        story,
        members.flatMap((member) => tiesOf(member.event)),
      )
      return story
    }
    return undefined
  }

  const forget = (place: Place): void => {
    const { content } = place
    if (content === undefined) return
    for (const verdict of raisedIn(content)) if (firing.get(verdict) === place) firing.delete(verdict)
    if (isEvent(content)) loose.remove(place as Place & { content: NodeEvent }, tiesOf(content))
    else if (isOpen(content))
      open.remove(
        content,
        content.members.flatMap(({ event }) => tiesOf(event)),
      )
  }

  const drain = (isFinal: (place: Place) => boolean): readonly Told[] => {
    const told: Told[] = []
    for (let place = places[from]; place !== undefined && isFinal(place); place = places[from]) {
      from += 1
      forget(place)
      told.push(...toldOf(place))
    }
    if (from > MOST_TOLD) {
      places = places.slice(from)
      from = 0
    }
    return told
  }

  const isAwaited = (place: Place): boolean =>
    places.length - from <= mostHeld && raisedIn(place.content).some((verdict) => firing.get(verdict) === place)

  return {
    hear(event) {
      nowMs = Date.parse(event.at)
      const ties = tiesOf(event)
      const candidates = open
        .sharing(ties)
        .filter((story) => goesOn(story, nowMs) || isRecovery(story.place, event))
        .sort(byRank)
      for (const story of candidates) {
        const part = partIn(story, event)
        if (part === undefined) continue
        join(story, event, part)
        return () => worthTelling(story)
      }
      const story = begin(event, ties)
      if (story !== undefined) return () => worthTelling(story)
      const place = put(event)
      loose.add(place as Place & { content: NodeEvent }, ties)
      note(event, place)
      return undefined
    },
    rebooted(reboot) {
      for (const place of places.slice(from)) {
        forget(place)
        // Nothing can be added to it any more.
        if (place.content !== undefined && isOpen(place.content)) place.content = asStory(place.content)
      }
      put(nodeRebooted(reboot))
    },
    settled: () => drain((place) => place.content === undefined || (isOver(place.content, nowMs) && !isAwaited(place))),
    rest: () => drain(() => true),
  }
}
