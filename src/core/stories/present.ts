import type { NodeEvent } from '../model/event.ts'
import type { Story, StoryMember } from '../model/story.ts'

/** A story as the public JSON shows it: its events are named, by what tells them apart, and not repeated. */
export type PublicStory = Omit<Story, 'members'> & {
  readonly members: readonly (Pick<StoryMember, 'part'> & Pick<NodeEvent, 'seq' | 'at' | 'type' | 'subject'>)[]
}

export const presentStory = (story: Story): PublicStory => ({
  ...story,
  members: story.members.map(({ part, event: { seq, at, type, subject } }) => ({ part, seq, at, type, subject })),
})
