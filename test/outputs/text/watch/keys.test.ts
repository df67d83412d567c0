import { once } from 'node:events'
import { emitKeypressEvents } from 'node:readline'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { type Key, type Keypress, keyOf } from '../../../../src/outputs/text/watch/keys.ts'

/** What a terminal sends, through Node's own decoder. */
async function keysOf(bytes: string): Promise<(Key | undefined)[]> {
  const stdin = new PassThrough()
  emitKeypressEvents(stdin)
  const keys: (Key | undefined)[] = []
  stdin.on('keypress', (typed: string | undefined, pressed: Keypress) => keys.push(keyOf(typed, pressed)))
  stdin.write(bytes)
  if (bytes === '\u001b') await once(stdin, 'keypress')
  await new Promise((resolve) => setImmediate(resolve))
  return keys
}

test.each([
  ['\u001b[A', 'up'],
  ['\u001bOB', 'down'],
  ['\u001b[C', 'right'],
  ['\u001b[D', 'left'],
  ['\u001b[5~', 'pageup'],
  ['\u001b[6~', 'pagedown'],
  ['\u001b[H', 'home'],
  ['\u001b[1~', 'home'],
  ['\u001b[7~', 'home'],
  ['\u001bOF', 'end'],
  ['\u001b[4~', 'end'],
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\t', 'tab'],
  ['\u001b[Z', 'backtab'],
  ['\u007f', 'backspace'],
  ['\b', 'backspace'],
  ['\u001b', 'escape'],
  ['\u0003', 'ctrl-c'],
  ['\u000c', 'ctrl-l'],
  ['\u001a', 'ctrl-z'],
  ['\u001bOP', 'f1'],
  ['\u001b[11~', 'f1'],
  ['\u001b[[A', 'f1'],
  ['\u001bOR', 'f3'],
  ['\u001b[14~', 'f4'],
  ['\u001b[17~', 'f6'],
  ['\u001b[21~', 'f10'],
])('%j is %s', async (bytes, name) => {
  expect(await keysOf(bytes)).toEqual([{ name }])
})

test('text is text, of any script, several at once', async () => {
  expect(await keysOf('q/\\ Ä名👩')).toEqual([...'q/\\ Ä名👩'].map((char) => ({ char })))
})

test('what means nothing here is nothing', async () => {
  for (const bytes of ['\u001b[20~', '\u001bx', '\u0001', '\u001b[200~', '\u0000']) {
    expect((await keysOf(bytes)).filter((key) => key !== undefined)).toEqual([])
  }
})
