import { readFileSync } from 'node:fs'

/**
 * A recording of an incident, stretched: its first moment stays for a while, then the others come as they did, and the
 * last one stays. All of it is text, so what an agent plays is still what was recorded.
 *
 * @param firstMs how long the first moment lasts
 * @param lastMs how long the last one does, told anew every ten seconds
 */
export function stretched(file: string, { firstMs, lastMs }: { firstMs: number; lastMs: number }): string {
  const text = readFileSync(file, 'utf8')
  const begin = text.search(/^== /m)
  const [first = '', ...others] = text.slice(begin).split(/^(?=== )/m)
  const last = others.at(-1) ?? first
  const story = text.slice(0, begin)
  const later = others.map((moment) => shifted(moment, firstMs))
  const rest = Array.from({ length: Math.ceil(lastMs / 10_000) }, (_, index) =>
    shifted(last, firstMs + (index + 1) * 10_000),
  )
  return [story, first, ...later, ...rest].join('')
}

/** The same moment at a later time, on the wall clock and on the node's own. */
const shifted = (moment: string, ms: number): string =>
  moment
    .replace(/^== (\S+) ==/, (_, at: string) => `== ${new Date(Date.parse(at) + ms).toISOString()} ==`)
    .replace(/^(-- \/proc\/uptime --\n)(\d+\.\d+)/m, (_, head: string, seconds: string) => {
      return `${head}${(Number(seconds) + ms / 1_000).toFixed(2)}`
    })
