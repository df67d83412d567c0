/** Labels of one series, and how they are written, which is also the one name that no other label set has. */
export interface LabelSet {
  readonly labels: Readonly<Record<string, string>>
  /** `{code="shim-leaked",severity="warning"}`; nothing where there are none. */
  readonly written: string
}

/**
 * Longer label values are cut. They hold what processes called themselves, and a scrape is paid for by everybody.
 * In UTF-16 code units.
 */
const longestValue = 200

/** An empty label is the same as none in Prometheus: that is how "not known" is written. */
export function labelSet(values: Readonly<Record<string, string | null>>): LabelSet {
  const labels: Record<string, string> = {}
  for (const name in values) labels[name] = (values[name] ?? '').slice(0, longestValue)
  return { labels, written: writeLabels(labels) }
}

export function writeLabels(labels: Readonly<Record<string, string>>): string {
  const parts: string[] = []
  for (const name in labels) parts.push(parts.length === 0 ? '{' : ',', name, '="', escaped(labels[name] ?? ''), '"')
  if (parts.length > 0) parts.push('}')
  // Joined, it is one piece of memory; added up, it would be a tree of pieces that every later use pays for.
  return parts.join('')
}

const special = /["\\\n]/
const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n' }

/** Nearly no value has anything to escape, and asking is cheaper than replacing. */
const escaped = (value: string): string =>
  special.test(value) ? value.replace(/["\\\n]/g, (character) => escapes[character] ?? character) : value
