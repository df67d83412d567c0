/*
 * What a terminal is told. ECMA-48 for the cursor and erasing; the private modes are xterm's (ctlseqs, "DEC Private Mode
 * Set"): 1049 the alternate screen, 25 the cursor, 7 autowrap.
 */

const ESC = '\u001b['

/** The alternate screen, empty, without a cursor; a line that is wider than we think is cut and does not wrap. */
export const takeScreen = `${ESC}?1049h${ESC}?25l${ESC}?7l${ESC}H${ESC}2J`

/** Everything that `takeScreen` changed, and any colour that was on. */
export const giveScreenBack = `${ESC}0m${ESC}?7h${ESC}?25h${ESC}?1049l`

/**
 * Writes only the lines that differ; `undefined`: nothing of what is there can be relied on. A line is erased before it is
 * written: behind a full one, erasing would take its last character.
 */
export function paintChanges(before: readonly string[] | undefined, after: readonly string[]): string {
  const clear = before === undefined ? `${ESC}2J` : ''
  const changed = after.flatMap((line, index) =>
    line === before?.[index] ? [] : [`${ESC}${index + 1};1H${ESC}2K${line}`],
  )
  return clear + changed.join('')
}
