import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { redactArgv } from '../../../src/core/procfs/redact.ts'

const lines = readFileSync(new URL('./command-lines.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

/** Words as a shell reads them: quotes hold them together, and there is no other way to escape. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s'"«]|'[^']*'|"[^"]*"|«[^»]*»)+/g)].map(([word]) =>
    /^\S*?('|")/.test(word) ? word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double) : word,
  )

const plain = (word: string): string => word.replace(/[«»]/g, '')
const hidden = (word: string): string => word.replace(/«[^»]*»/g, '[redacted]')

test('the corpus is as large as it should be', () => {
  expect(lines.length).toBeGreaterThanOrEqual(150)
  expect(lines.filter((line) => !line.includes('«')).length).toBeGreaterThanOrEqual(50)
})

test.each(lines)('%s', (line) => {
  const words = wordsOf(line)
  expect(redactArgv(words.map(plain))).toEqual(words.map(hidden))
})
