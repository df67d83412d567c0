import type { StoryKind } from '../model/story.ts'
import { began } from './began.ts'
import { containerEnded } from './container-ended.ts'
import { containerRestarted } from './container-restarted.ts'
import { daemonOutage } from './daemon-outage.ts'
import { podEnded } from './pod-ended.ts'
import { shimEnded } from './shim-ended.ts'
import { verdictGrounded } from './verdict-grounded.ts'
import { verdictPassed } from './verdict-passed.ts'

/** Every kind of story. Where two could take an event, the first has it. */
export const storyKinds: readonly StoryKind[] = [
  daemonOutage,
  shimEnded,
  podEnded,
  containerRestarted,
  containerEnded,
  verdictGrounded,
  verdictPassed,
  began,
]
