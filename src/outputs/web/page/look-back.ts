import { computed, effect, signal } from '@preact/signals'
import type { View } from '../../../core/snapshot/receive.ts'
import { changedIds } from './changes.ts'
import { latestWins } from './latest-wins.ts'
import { momentText } from './moment.ts'
import { noteChanges } from './note-changes.ts'
import { askNeighbour, askThen, NoAnswer, type Then } from './past-answers.ts'
import { journal, loadTimeline, type Range } from './timeline.ts'
import { go, link, live, liveEvents, nodeNowMs, pastMs, pastPicture } from './state.ts'

/* Looking back: the moment in the URL is asked of the journal, and what it answers is drawn. */

interface Trouble {
  readonly sentence: string
  readonly again: NoAnswer['again']
  /** A moment that is there instead. */
  readonly insteadMs?: number
}

/** Why the moment that is wanted is not the one that is drawn; `undefined`: it is, or is being asked for. */
export const trouble = signal<Trouble | undefined>(undefined)
/** A moment is wanted that is not drawn yet. */
export const asking = signal(false)
/** Moments go by, so many times as fast as they did; 0: they stand. */
export const speed = signal(0)

/** What the node's clock showed when the present was left. */
const leftAtMs = signal<number | undefined>(undefined)
/** What has happened since. */
export const meanwhile = computed(() => {
  const { value: sinceMs } = leftAtMs
  return sinceMs === undefined ? [] : liveEvents.value.filter(({ at }) => Date.parse(at) > sinceMs)
})

const seeker = latestWins<number, Then>({
  ask: askThen,
  answered(atMs, { snapshot, events, reboots }) {
    const before = pastPicture.peek()?.view
    const view = viewOf(snapshot)
    if (speed.peek() > 0 && before?.current !== undefined && before.hello.bootId === view.hello.bootId)
      noteChanges(changedIds(before.current, view.current))
    pastPicture.value = { atMs, view, events, reboots }
    trouble.value = undefined
    asking.value = atMs !== pastMs.peek()
  },
  failed(_, error) {
    const { message, again } =
      error instanceof NoAnswer ? error : new NoAnswer('The page failed to show this moment.', 'never')
    stuck({ sentence: message, again })
    if (again === 'soon') retry = setTimeout(seekWanted, 1000)
    // The journal may have forgotten what it had.
    if (again === 'never') void loadTimeline()
  },
})
let retry: ReturnType<typeof setTimeout> | undefined

function stuck(by: Trouble): void {
  trouble.value = by
  asking.value = false
  if (by.again !== 'soon') speed.value = 0
}

/** A snapshot as a client of the feed would hold it. */
function viewOf({ schema, seq, takenAt, node, bootId, run, pass, ...rest }: Then['snapshot']) {
  const { daemons, shims, containers, verdicts } = rest
  const current = { seq, pass, daemons, shims, containers, verdicts, processes: undefined, events: [] }
  const hello = { type: 'hello' as const, schema, seq, takenAt, node, bootId, run, intervalMs: 0 }
  return { hello, takenAt, current } satisfies View
}

/** Asks for the moment that is wanted, if it can be there. */
export function seekWanted(): void {
  clearTimeout(retry)
  const atMs = pastMs.peek()
  const range = journal.peek()
  if (atMs === undefined || range === undefined) return
  const obstacle = obstacleTo(atMs, range)
  if (obstacle === undefined) {
    asking.value = true
    trouble.value = undefined
    seeker.seek(atMs)
  } else {
    seeker.forget()
    stuck(obstacle)
  }
}

/** What one knows without asking. */
function obstacleTo(atMs: number, { kept, beginsAtMs, trouble: told }: Range): Trouble | undefined {
  const because = (sentence: string): Trouble => ({ sentence, again: 'never' })
  if (told !== undefined) return because(told)
  if (!kept) return because('This agent keeps no journal, so it knows only the present.')
  if (beginsAtMs === undefined) return because('Nothing is written in the journal yet.')
  if (atMs < beginsAtMs) {
    const sentence = `The journal begins at ${momentText(beginsAtMs)}: it knows nothing of ${momentText(atMs)}.`
    return { ...because(sentence), insteadMs: beginsAtMs }
  }
  const isFuture = live.peek() !== undefined && atMs > nodeNowMs.peek() + 1000
  return isFuture ? because(`${momentText(atMs)} has not come yet.`) : undefined
}

/** Goes to a moment; `undefined`: back to now. */
export function lookAt(atMs: number | undefined): void {
  go({ at: atMs === undefined ? '' : new Date(atMs).toISOString() })
}

/** The button that leads there goes away, so the keyboard goes on at the slider. */
export function backToNow(): void {
  lookAt(undefined)
  document.getElementById('moment')?.focus()
}

let finding: AbortController | undefined

/** Goes to the event before or after the moment that is looked at; after the last one, to now. */
export async function step(direction: 'before' | 'after'): Promise<void> {
  finding?.abort()
  const own = new AbortController()
  finding = own
  const fromMs = pastMs.peek() ?? nodeNowMs.peek() + 1
  try {
    const foundMs = await askNeighbour(direction, fromMs, own.signal)
    if (own.signal.aborted) return
    if (foundMs !== undefined) lookAt(foundMs)
    else if (direction === 'after') lookAt(undefined)
    else said.value = 'There is no earlier event in the journal.'
  } catch (error) {
    if (!own.signal.aborted && error instanceof NoAnswer) said.value = error.message
  }
}

/** A sentence about what was asked for last; empty for none. */
export const said = signal('')

/** Follows the URL. */
export function startLookingBack(): void {
  effect(() => {
    const { value: atMs } = pastMs
    said.value = ''
    finding?.abort()
    if (atMs === undefined) {
      seeker.forget()
      clearTimeout(retry)
      asking.value = false
      trouble.value = undefined
      speed.value = 0
      pastPicture.value = undefined
      leftAtMs.value = undefined
    } else if (journal.value !== undefined) seekWanted()
  })
  effect(() => {
    if (pastMs.value !== undefined && live.value !== undefined && leftAtMs.peek() === undefined)
      leftAtMs.value = Date.parse(live.value.takenAt)
  })
  // Whoever did not answer may do so now.
  effect(() => {
    if (link.value === 'live' && trouble.peek()?.again === 'connected') seekWanted()
  })
}
