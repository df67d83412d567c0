const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** An age as `kubectl` prints it: the two largest units, `3m12s`. */
export function renderAge(ms: number): string {
  if (!(ms >= 1_000)) return '0s'
  const largest = units.findIndex(([, size]) => ms >= size)
  let left = ms
  return units
    .slice(largest, largest + 2)
    .map(([unit, size], index) => {
      const count = Math.floor(left / size)
      left -= count * size
      return index > 0 && count === 0 ? '' : `${count}${unit}`
    })
    .join('')
}
