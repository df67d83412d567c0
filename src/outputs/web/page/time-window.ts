/** The stretch of time that the timeline shows, in ms since 1970. */
export interface TimeWindow {
  readonly fromMs: number
  readonly untilMs: number
  /** What the reader had chosen. */
  readonly spanMs: number | undefined
  /** It ended with the present when it was made: who goes to its end means now. */
  readonly open: boolean
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** How much of the past the timeline shows; `undefined`: all that the journal has. */
export const spans: readonly { readonly text: string; readonly ms: number | undefined }[] = [
  { text: '10 min', ms: 10 * minuteMs },
  { text: '1 h', ms: hourMs },
  { text: '6 h', ms: 6 * hourMs },
  { text: '24 h', ms: 24 * hourMs },
  { text: 'all', ms: undefined },
]

/** What the reader chose, and what there is. */
interface Facts {
  readonly spanMs: number | undefined
  readonly beginsAtMs: number
  /** The node's now. */
  readonly nowMs: number
  /** The moment that is looked at; `undefined`: now. */
  readonly atMs: number | undefined
}

/**
 * The window to show next. While the present is looked at it ends with it. In the past it stands still, or the handle
 * would slip away from the hand that holds it; it moves only to a moment that is not in it.
 */
export function nextWindow(before: TimeWindow | undefined, { spanMs, beginsAtMs, nowMs, atMs }: Facts): TimeWindow {
  // A journal that has just begun is shown as a stretch all the same.
  const longest = Math.max(1000, nowMs - beginsAtMs)
  const length = Math.min(spanMs ?? longest, longest)
  const ending: TimeWindow = { fromMs: nowMs - length, untilMs: nowMs, spanMs, open: true }
  if (atMs === undefined) return ending
  if (before !== undefined && before.spanMs === spanMs && holds(before, atMs)) return before
  if (atMs > nowMs || holds(ending, atMs)) return ending
  const fromMs = Math.max(Math.min(beginsAtMs, atMs), atMs - length / 2)
  return { fromMs, untilMs: fromMs + length, spanMs, open: false }
}

const holds = ({ fromMs, untilMs }: TimeWindow, ms: number): boolean => ms >= fromMs && ms <= untilMs

const steps = [1, 5, 15, 60, 300, 900, 3600, 4 * 3600].map((seconds) => seconds * 1000)

/** How far an arrow key goes, in ms: some two hundred of them go through the window. */
export const timeStep = ({ fromMs, untilMs }: TimeWindow): number =>
  steps.find((step) => step >= (untilMs - fromMs) / 200) ?? steps.at(-1) ?? 1

/**
 * Where a key leads: as on a slider of ARIA's, but for steps that fit the window. `undefined`: the key is none of them.
 * https://www.w3.org/WAI/ARIA/apg/patterns/slider/
 */
export function momentByKey(key: string, atMs: number, window: TimeWindow): number | undefined {
  const step = timeStep(window)
  const within = (ms: number) => Math.min(window.untilMs, Math.max(window.fromMs, ms))
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return within(atMs + step)
    case 'ArrowLeft':
    case 'ArrowDown':
      return within(atMs - step)
    case 'PageUp':
      return within(atMs + 10 * step)
    case 'PageDown':
      return within(atMs - 10 * step)
    case 'Home':
      return window.fromMs
    case 'End':
      return window.untilMs
    default:
      return undefined
  }
}
