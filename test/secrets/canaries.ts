import { readdirSync, readFileSync } from 'node:fs'

/** What no output may show. */
export const CANARY = 'c4n4ry5ecret'

/** Ways in which a process is given a secret. */
const given = [
  `--password=${CANARY}`,
  '--api-token',
  CANARY,
  `DB_PASSWORD=${CANARY}`,
  `postgres://app:${CANARY}@db.example/orders`,
  `Authorization: Bearer ${CANARY}`,
  `sh -c "curl -u me:${CANARY} https://host/"`,
]

const folder = new URL('../recordings/', import.meta.url)

/** A recording in which every process was given secrets, in its arguments and, as far as 15 bytes go, in its name. */
export function poisoned(recording: string): string {
  const text = readFileSync(new URL(recording, folder), 'utf8')
  return text.replace(
    /(-- \/proc\/\d+\/cmdline --\n)(?!-- |== |␄)([^␀\n]*)(.*?)(␀?)(␄?\n)/g,
    (_, head, program, argv, end, last) =>
      `${head}${program}␀--password=${CANARY}${argv}${end === '' ? '' : `␀${given.join('␀')}`}${end}${last}`,
  )
}

export const recordings = (): string[] => readdirSync(folder).filter((file) => file.endsWith('.proc'))
