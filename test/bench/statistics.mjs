// Figures of several rounds, in one.
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Nearest rank. */
export function percentile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

/** What one costs of the other's CPU, round by round. */
export const ratios = (ours, theirs) => ours.map(({ cpuUs }, round) => cpuUs / theirs[round].cpuUs)

export const spread = (numbers) => [0.5, 0.99, 1].map((share) => percentile(numbers, share))

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
