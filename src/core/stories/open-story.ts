import type { NodeEvent } from '../model/event.ts'
import { isEvent, type Story, type StoryKind, type StoryMember } from '../model/story.ts'
import { keyOf } from './ties.ts'

/** After so long without news a story is over: a daemon that comes back later than this is not called restarted either. */
const QUIET_MS = 10 * 60_000
/** A story that goes on for longer, such as a container that crashes for days, is told in parts. */
const LONGEST_MS = 60 * 60_000

/** One place in the order of beginnings. Empty once its event is part of a story that begins elsewhere. */
export interface Place {
  readonly nth: number
  content: NodeEvent | OpenStory | Story | undefined
}

export interface OpenStory {
  readonly kind: StoryKind
  readonly rank: number
  readonly place: Place
  readonly members: StoryMember[]
  /** When it last had news; that a verdict has cleared since does not make it go on. */
  newsMs: number
}

/** Which verdict an event is about. */
export const verdictOf = ({ subject, facts }: NodeEvent): string => `${facts?.code} ${keyOf(subject)}`

/** The verdicts that may still clear as part of it. */
export function raisedIn(content: Place['content']): readonly string[] {
  if (content === undefined) return []
  const events = isEvent(content) ? [content] : isOpen(content) ? content.members.map(({ event }) => event) : []
  return events.filter(({ type }) => type === 'verdict-raised').map(verdictOf)
}

export const isOpen = (content: NodeEvent | OpenStory | Story): content is OpenStory => 'place' in content

const apartMs = (one: NodeEvent, otherMs: number): number => Math.abs(Date.parse(one.at) - otherMs)
export const isSoon = (one: NodeEvent, other: NodeEvent): boolean => apartMs(one, Date.parse(other.at)) <= QUIET_MS

export function goesOn({ members: [first], newsMs }: OpenStory, nowMs: number): boolean {
  return first !== undefined && Math.abs(nowMs - newsMs) <= QUIET_MS && apartMs(first.event, nowMs) <= LONGEST_MS
}

export function isOver(content: NodeEvent | OpenStory | Story, nowMs: number): boolean {
  if (isEvent(content)) return apartMs(content, nowMs) > QUIET_MS
  return !isOpen(content) || !goesOn(content, nowMs)
}

export const inOrder = (one: Place, other: Place): number => one.nth - other.nth
/** The kind that stands first in the table; of one kind the latest. */
export const byRank = (one: OpenStory, other: OpenStory): number =>
  one.rank - other.rank || inOrder(other.place, one.place)
