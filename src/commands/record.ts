import { setTimeout as sleep } from 'node:timers/promises'
import { interestOf } from '../core/inspect.ts'
import type { Redaction } from '../core/model/memory.ts'
import { baseName } from '../core/model/path.ts'
import { type RedactArgv, redactions } from '../core/procfs/redact.ts'
import { canonical } from '../core/runtimes/program.ts'
import { runtimes } from '../core/runtimes/index.ts'
import { BadInput } from '../sources/bad-input.ts'
import { Collector } from '../sources/collect.ts'
import { recorderOf } from '../sources/recorder.ts'
import { formatMoment, formatStory } from '../sources/recording.ts'
import type { HostSample } from '../core/model/host.ts'
import type { Command } from './command.ts'
import { createFile } from './recorded-file.ts'
import { recordExcerpt } from './record-excerpt.ts'
import { playedOf, sourceOf } from './source.ts'
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
    const recorder = recorderOf(sourceOf(settings, playedOf(settings)), recordedArgv(settings.redaction))
    const file = createFile(path, io)
    const stopped = io.untilStopped()
    const begunMs = performance.now()
    let moments = 0
    let host: HostSample | false = false
    try {
      for (;;) {
        const passMs = performance.now()
        // A collector remembers what is written once; with a new one every moment is complete by itself.
        const pass = await new Collector(recorder.source).pass(interestOf)
        const moment = recorder.moment()
        if (pass === false || moment === undefined) break
        if (moments === 0) file.write(formatStory(storyOf(pass)))
        file.write(formatMoment(moment))
        host = pass
        moments += 1
        // A recording ends by itself; the node does not.
        if (pass.source === 'archive') continue
        const waitMs = Math.max(settings.intervalMs - (performance.now() - passMs), 0)
        if (stopped.aborted || performance.now() + waitMs - begunMs > settings.forMs) break
        await sleep(waitMs, undefined, { signal: stopped }).catch(() => {})
      }
    } finally {
      file.close()
    }
    if (host !== false) {
      const what = moments === 1 ? 'One moment' : `${moments} moments`
      io.stderr.write(
        `${what} of ${host.node} with ${host.processes.length} processes in ${file.name}. It holds command lines, with known forms of credentials hidden: read it before you give it away.\n`,
      )
    }
    return 0
  },
}

const storyOf = ({ node, complete, reads }: HostSample): string =>
  [
    'Write here what happened, and on which runtime and version.',
    '',
    `Recorded by shimscope ${version()} on ${node}; ${complete ? 'all processes were shown' : 'processes may have been hidden'}, ${reads.denied} readings were denied.`,
  ].join('\n')

/**
 * Of the runtimes' own programs a recording keeps the flags, or else it would tell nothing about them; of everybody
 * else, under `strict`, only the program.
 */
const recordedArgv =
  (redaction: Redaction): RedactArgv =>
  (argv) =>
    redactions[isOfRuntime(argv) ? 'secrets' : redaction](argv)

const isOfRuntime = ([program = '']: readonly string[]): boolean => {
  const name = canonical(baseName(program))
  return programs.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known))
}

const programs = runtimes.flatMap((runtime) => runtime.programs)
