const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A moment as people name it, in ms since 1970: `03:12` or `03:12:30` (the latest that is past, in this machine's time
 * zone), `-2h` or `2h` (ago), or ISO 8601; `undefined` for anything else.
 */
export function timeOf(text: string, nowMs: number): number | undefined {
  const [, count, unit = ''] = /^-?(\d{1,6}(?:\.\d{1,3})?)(s|m|h|d)$/.exec(text) ?? []
  if (count !== undefined) return nowMs - Number(count) * (unitMs[unit] ?? Number.NaN)
  const [, hours, minutes, seconds = '0'] = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? []
  if (hours !== undefined) {
    const day = new Date(nowMs)
    day.setHours(Number(hours), Number(minutes), Number(seconds), 0)
    // The day before by the calendar: with summer time it is not always 24 h.
    if (day.getTime() > nowMs) day.setDate(day.getDate() - 1)
    return day.getTime()
  }
  const ms = /^\d{4}-\d\d-\d\d([T ]|$)/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

/** What `timeOf` takes, for a sentence about text that it does not. */
export const timeForms = '03:12 (the latest that is past), -2h (ago), or 2026-11-21T03:12:00Z'
