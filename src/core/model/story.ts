import type { NodeEvent } from './event.ts'
import type { Evidence } from './snapshot.ts'

/**
 * What an event is to its story. `cause`: it came first, and that is proven. `effect`: it follows from the cause, by what
 * the events say of each other. `with`: it is about the same things, and nothing more is claimed.
 */
export type StoryPart = 'cause' | 'effect' | 'with'

export interface StoryMember {
  readonly event: NodeEvent
  readonly part: StoryPart
}

/** Events that belong together, told together. A story may grow; what it begins with, and why, stays. */
export interface Story {
  /** Stays the same while the story grows. Opaque. */
  readonly id: string
  /** A row of the table of kinds, or `node-rebooted`. */
  readonly kind: string
  /** When it began and when it last grew: ISO 8601, UTC. */
  readonly since: string
  readonly until: string
  readonly summary: string
  /** What a person could have checked then; empty where nothing is claimed but that these events are about one thing. */
  readonly proof: readonly Evidence[]
  /** Nothing is waited for: the sentence says how it ended. */
  readonly settled: boolean
  /** In the order in which they were told; the cause, where there is one, is the first. */
  readonly members: readonly StoryMember[]
}

/** What one look says of the node as a whole. */
export interface Look {
  readonly takenAt: string
  readonly bootId: string
  /** How many there were. */
  readonly shims: number
  readonly containers: number
}

/** Two looks in a row with another boot id: between them the node was rebooted. */
export interface Reboot {
  readonly before: Look
  readonly after: Look
}

/** What is told of a time, in its order. */
export type Happening = NodeEvent | Reboot

export const isEvent = <T extends object>(one: NodeEvent | T): one is NodeEvent => 'subject' in one

/** How a story of one kind reads; what is said of verdicts is added to it. */
export type Telling = Pick<Story, 'summary' | 'proof' | 'settled'>

/** One row of the table of kinds. Whoever asks has made sure that the events share a tie. */
export interface StoryKind {
  readonly kind: string
  /** One line for listings. */
  readonly title: string
  /**
   * What a story consists of that begins with this event being told: the event itself last, and before it those of
   * `loose`, earlier ones that are in no story, that belong to it.
   */
  begins(event: NodeEvent, loose: readonly NodeEvent[]): readonly StoryMember[] | undefined
  /** What an event is to a story of this kind, if it is part of it. */
  takes(members: readonly StoryMember[], event: NodeEvent): StoryPart | undefined
  tell(members: readonly StoryMember[]): Telling
}
