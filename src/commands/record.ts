import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput } from '../sources/bad-input.ts'
import { formatStory } from '../sources/recording.ts'
import type { Command } from './command.ts'
import { nodeReader } from './node-reader.ts'
import type { RecordedMoment } from './readings.ts'
import { createFile, type RecordedFile } from './recorded-file.ts'
import { recordExcerpt } from './record-excerpt.ts'
import { playedOf } from './played.ts'
import { version } from './version.ts'

export const record: Command = {
  name: 'record',
  argument: {
    form: '<file>',
    help: 'a file that is not there yet, which its owner only will be able to read; -: the standard output',
  },
  title:
    'write what is read, or what the journal tells of a time, into a file that replays anywhere, credentials hidden',
  async run({ settings, argument: path = '', io }) {
    if (settings.fromJournal === true) {
      if (settings.from !== undefined)
        throw new BadInput('--from-journal reads the journal and --from FILE a recording; give one of them')
      await recordExcerpt(settings, path, io)
      return 0
    }
    if (settings.around !== undefined)
      throw new BadInput('--around looks into the journal; give --from-journal too, or leave it out')
    const node = await nodeReader(settings, await playedOf(settings), io)
    const stopped = io.untilStopped()
    const isStopped = new Promise<undefined>((resolve) =>
      stopped.addEventListener('abort', () => resolve(undefined), { once: true }),
    )
    const begunMs = performance.now()
    let moments = 0
    let file: RecordedFile | undefined
    let last: RecordedMoment | undefined
    try {
      for (;;) {
        const passMs = performance.now()
        // A reading may hang, and who wants to stop need not wait until it is given up.
        const moment = await Promise.race([node.read('moment', settings.redaction), isStopped])
        if (moment === undefined) break
        if (file === undefined) {
          file = createFile(path, io)
          file.write(formatStory(storyOf(moment)))
        }
        file.write(moment.text)
        last = moment
        moments += 1
        // A recording ends by itself; the node does not.
        if (moment.source === 'archive') continue
        const waitMs = Math.max(settings.intervalMs - (performance.now() - passMs), 0)
        if (stopped.aborted || performance.now() + waitMs - begunMs > settings.forMs) break
        await sleep(waitMs, undefined, { signal: stopped }).catch(() => {})
      }
    } finally {
      file?.close()
      await node.close()
    }
    if (last !== undefined) {
      const what = moments === 1 ? 'One moment' : `${moments} moments`
      io.stderr.write(
        `${what} of ${last.node} with ${last.processes} processes in ${file?.name ?? path}. It holds command lines, with known forms of credentials hidden: read it before you give it away.\n`,
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
