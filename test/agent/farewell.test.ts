import { expect, it } from 'vitest'
import { abandoned } from '../../src/agent/hung-reading.ts'
import { ReadingThread } from '../../src/agent/reading-thread.ts'

/** Answers, and is then where nothing can end it for a while, as on a node whose processors are all taken. */
const slow = `
  import { pbkdf2Sync } from 'node:crypto'
  import { parentPort } from 'node:worker_threads'
  parentPort.on('message', () => {
    parentPort.postMessage('an answer')
    pbkdf2Sync('a', 'b', 1e6, 64, 'sha512')
  })`

it('a thread that hangs in no reading is waited for, or the exit code would be lost', async () => {
  const script = new URL(`data:text/javascript,${encodeURIComponent(slow)}`)
  const thread = new ReadingThread<string, string>(script, () => ({}), 0)
  expect(await thread.ask('a question')).toBe('an answer')
  await thread.close()
  expect(abandoned.size).toBe(0)
})
