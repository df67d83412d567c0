import { createHmac, randomBytes } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { PasswordCheck } from './password-worker.ts'

export type Compare = (check: PasswordCheck) => Promise<boolean>

/** bcrypt in a thread of its own: it takes tens of ms by design, in which nobody else would be answered. */
export const compareInWorker: Compare = (check) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./password-worker.js', import.meta.url), { workerData: check })
    // Who waits for an answer keeps the program; the check itself does not.
    worker.unref()
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the check of a password ended with code ${code}`)))
  })

export type Answer = 'right' | 'wrong' | 'busy'

/** Results that are remembered, of each kind; who guesses does not push out those who know. */
const MOST_RESULTS = 100
/** Checks that may wait for their turn. */
const MOST_WAITING = 8

/**
 * Checks names and passwords. Results are remembered under a keyed hash, never the password itself; a name that nobody
 * has costs as much as one that somebody has, so that time does not tell which is which.
 */
export function passwordCheck(
  users: ReadonlyMap<string, string>,
  compare: Compare,
): (name: string, password: string, mayAsk: () => boolean) => Promise<Answer> {
  const secret = randomBytes(32)
  const right = new Set<string>()
  const wrong = new Set<string>()
  const dearest = Math.max(4, ...[...users.values()].map(costOf))
  const decoy = `$2b$${String(dearest).padStart(2, '0')}$${'.'.repeat(53)}`
  /** Of the same name and password, under way: a page comes with many requests at once. */
  const underWay = new Map<string, Promise<boolean>>()
  let turn: Promise<unknown> = Promise.resolve()

  return async (name, password, mayAsk) => {
    const id = createHmac('sha256', secret)
      .update(JSON.stringify([name, password]))
      .digest('base64')
    if (right.has(id)) return 'right'
    if (wrong.has(id)) return 'wrong'
    let asked = underWay.get(id)
    if (asked === undefined) {
      if (underWay.size >= MOST_WAITING || !mayAsk()) return 'busy'
      const hash = users.get(name)
      const ask = async () => (await compare({ password, hash: hash ?? decoy })) && hash !== undefined
      asked = turn.then(ask)
      turn = asked.catch(() => {})
      underWay.set(id, asked)
      asked.then(
        (isRight) => remember(isRight ? right : wrong, id),
        () => {},
      )
      turn = turn.then(() => underWay.delete(id))
    }
    return (await asked) ? 'right' : 'wrong'
  }
}

function remember(results: Set<string>, id: string): void {
  results.add(id)
  for (const oldest of results) {
    if (results.size <= MOST_RESULTS) break
    results.delete(oldest)
  }
}

const costOf = (hash: string): number => Number(hash.slice(4, 6))
