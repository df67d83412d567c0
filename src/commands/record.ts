import { closeSync, openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput } from '../sources/bad-input.ts'
import { formatStory } from '../sources/recording.ts'
import type { Command } from './command.ts'
import { nodeReader } from './node-reader.ts'
import type { RecordedMoment } from './readings.ts'
import { version } from './version.ts'

export const record: Command = {
  name: 'record',
  argument: { form: '<file>', help: 'a file that is not there yet; it will be readable by its owner only' },
  title: 'write what is read into a recording that replays anywhere, with credentials hidden',
  async run({ settings, argument: path = '', io }) {
    const node = await nodeReader(settings, io)
    const stopped = io.untilStopped()
    const isStopped = new Promise<undefined>((resolve) =>
      stopped.addEventListener('abort', () => resolve(undefined), { once: true }),
    )
    const begunMs = performance.now()
    let moments = 0
    let file: number | undefined
    let last: RecordedMoment | undefined
    try {
      for (;;) {
        const passMs = performance.now()
        // A reading may hang, and who wants to stop need not wait until it is given up.
        const moment = await Promise.race([node.read('moment', settings.redaction), isStopped])
        if (moment === undefined) break
        if (file === undefined) {
          file = create(path)
          writeSync(file, formatStory(storyOf(moment)))
        }
        writeSync(file, moment.text)
        last = moment
        moments += 1
        // A recording ends by itself; the node does not.
        if (moment.source === 'archive') continue
        const waitMs = Math.max(settings.intervalMs - (performance.now() - passMs), 0)
        if (stopped.aborted || performance.now() + waitMs - begunMs > settings.forMs) break
        await sleep(waitMs, undefined, { signal: stopped }).catch(() => {})
      }
    } finally {
      if (file !== undefined) closeSync(file)
      await node.close()
    }
    if (last !== undefined) {
      const what = moments === 1 ? 'One moment' : `${moments} moments`
      io.stderr.write(
        `${what} of ${last.node} with ${last.processes} processes in ${path}. It holds command lines, with known forms of credentials hidden: read it before you give it away.\n`,
      )
    }
    return 0
  },
}

const storyOf = ({ node, complete, reads }: RecordedMoment): string =>
  [
    'Write here what happened, and on which runtime and version.',
    '',
    `Recorded by shimscope ${version()} on ${node}; ${complete ? 'all processes were shown' : 'processes may have been hidden'}, ${reads.denied} readings were denied.`,
  ].join('\n')

/** Never over a file that is there: it may be the only record of an incident. */
function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    if (code === 'EEXIST') throw new BadInput(`${path} is there already; give another name, or remove it first`)
    throw new BadInput(`${path} cannot be written (${code}); give a file in a directory that you may write to`)
  }
}
