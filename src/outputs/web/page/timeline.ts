import { computed, effect, signal } from '@preact/signals'
import type { NodeEvent } from '../../../core/model/event.ts'
import { worse } from './grow-tree.ts'
import { askTimeline, type Blank, type Mark, NoAnswer, type Reboot } from './past-answers.ts'
import { link, live, liveEvents, nodeNowMs, pastMs, pastPicture } from './state.ts'
import { nextWindow, spans, type TimeWindow } from './time-window.ts'

/* What the timeline shows: since when there is a journal, which stretch of it, and where something happened. */

export interface Range {
  readonly kept: boolean
  /** `undefined`: nothing is written yet. */
  readonly beginsAtMs: number | undefined
  /** Why nothing is known of it, where that is so. */
  readonly trouble?: string
}

/** `undefined`: not known yet. */
export const journal = signal<Range | undefined>(undefined)
/** How much of it is shown; `undefined`: all. */
export const spanMs = signal<number | undefined>(spans.at(-2)?.ms)
export const timeWindow = signal<TimeWindow | undefined>(undefined)

/** Marks that were asked for, and the stretch that they are of. */
const loaded = signal<
  | {
      readonly of: TimeWindow
      readonly marks: readonly Mark[]
      readonly blanks: readonly Blank[]
      readonly reboots: readonly Reboot[]
    }
  | undefined
>(undefined)
/** With those that came since, over the feed. */
export const marks = computed<readonly Mark[]>(() => {
  if (loaded.value === undefined) return []
  const { of, marks: known } = loaded.value
  return [...known, ...liveEvents.value.filter(({ at }) => Date.parse(at) > of.untilMs).map(markOf)]
})

export const blanks = computed<readonly Blank[]>(() => loaded.value?.blanks ?? [])

/** In the stretch that is shown. */
export const reboots = computed<readonly Reboot[]>(() => loaded.value?.reboots ?? [])

/** Those that belong into the list of what happened: by the moment that is drawn, or those that led to the present. */
export const rebootsUntil = computed<readonly Reboot[]>(() =>
  pastMs.value === undefined
    ? reboots.value.filter(({ id }) => id.endsWith(` ${live.value?.hello.bootId}`))
    : (pastPicture.value?.reboots ?? []),
)

/** What happened in the stretch that is shown. */
export const marked = computed(() => {
  const { fromMs = 0, untilMs = 0 } = timeWindow.value ?? {}
  const shown = marks.value.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= untilMs)
  return {
    marks: shown,
    events: shown.reduce((sum, { events }) => sum + events, 0),
    worst: shown.reduce<Mark['worst']>(
      (worst, mark) => worse(worst ?? undefined, mark.worst ?? undefined) ?? null,
      null,
    ),
  }
})

function markOf({ at, type, summary, subject }: NodeEvent): Mark {
  if (type !== 'verdict-raised') return { at, events: 1, worst: null }
  const raised = live
    .peek()
    ?.current?.verdicts.find((verdict) => summary.startsWith(`${verdict.code} `) && verdict.subject.key === subject.key)
  return { at, events: 1, worst: raised?.severity ?? 'warning' }
}

/** As many marks as can be told apart with the eye. */
const parts = 240
let loading: AbortController | undefined

/** Asks where something happened, in the stretch that is shown. */
export async function loadTimeline(): Promise<void> {
  loading?.abort()
  const own = new AbortController()
  loading = own
  const nowMs = nodeNowMs.peek()
  const of = timeWindow.peek() ?? {
    fromMs: nowMs - (spanMs.peek() ?? 0),
    untilMs: nowMs,
    spanMs: spanMs.peek(),
    open: true,
  }
  try {
    const answer = await askTimeline(of.fromMs, of.untilMs, parts, own.signal)
    if (loading !== own) return
    const beginsAtMs = answer.beginsAt === null ? undefined : Date.parse(answer.beginsAt)
    const { kept, beginsAtMs: before, trouble } = journal.peek() ?? {}
    if (kept !== answer.journal || before !== beginsAtMs || trouble !== undefined)
      journal.value = { kept: answer.journal, beginsAtMs }
    loaded.value = { of, marks: answer.marks, blanks: answer.blanks, reboots: answer.reboots }
  } catch (error) {
    if (loading !== own || !(error instanceof NoAnswer)) return
    if (error.again === 'soon') setTimeout(loadTimeline, 1000)
    // A connection that comes back asks again by itself.
    else if (error.again === 'never' && journal.peek() === undefined)
      journal.value = { kept: true, beginsAtMs: undefined, trouble: error.message }
  }
}

/** How far the window may go beyond what was asked for, in ms, before one asks anew: the feed tells what is new. */
const leeway = (of: TimeWindow): number => Math.max(300_000, (of.untilMs - of.fromMs) / 20)

export function startTimeline(): void {
  effect(() => {
    const beginsAtMs = journal.value?.beginsAtMs
    if (beginsAtMs === undefined) return
    const facts = { spanMs: spanMs.value, beginsAtMs, nowMs: nodeNowMs.value, atMs: pastMs.value }
    timeWindow.value = nextWindow(timeWindow.peek(), facts)
  })
  // The node's clock is known with its first picture; a connection that comes back may be to another agent.
  const looked = computed(() => live.value?.current !== undefined)
  effect(() => {
    if (looked.value && link.value === 'live') void loadTimeline()
  })
  effect(() => {
    const { value: window } = timeWindow
    const of = loaded.peek()?.of
    if (window === undefined || of === undefined) return
    const covered =
      window.spanMs === of.spanMs && window.fromMs >= of.fromMs && window.untilMs <= of.untilMs + leeway(of)
    if (!covered) void loadTimeline()
  })
}
