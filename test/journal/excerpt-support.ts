import type { Excerpt } from '../../src/journal/excerpt.ts'
import { ExcerptWriter } from '../../src/journal/excerpt-writer.ts'
import { type Told, toldBetween } from '../../src/journal/look-back.ts'
import { parseExcerpt } from '../../src/journal/parse-excerpt.ts'
import { faultIn } from '../../src/outputs/http/fault-in.ts'

export const parse = (text: string): Excerpt => parseExcerpt(Buffer.from(text), faultIn)

/** What the journal tells of a time, and the excerpt of it as text. */
export async function excerptOf(directory: string, fromMs: number, untilMs: number) {
  const writer = new ExcerptWriter()
  const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString()) as [string, string]
  const all: Told[] = []
  let text = writer.begin({ node: 'node-1', around: from, from, until, by: 'a test' })
  for await (const told of toldBetween(directory, fromMs, untilMs)) {
    all.push(told)
    text += 'moment' in told ? writer.moment(told.moment) : writer.gap(told.gap.kind)
  }
  return { told: all, text: text + writer.end() }
}
