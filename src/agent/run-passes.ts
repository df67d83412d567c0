import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import { type WakeUpChoice, wakeUpsBy } from '../sources/choose-wake-ups.ts'
import type { LivePaths } from '../sources/live.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import { inTurns } from '../sources/rhythm.ts'
import { type LoopOptions, type RunningAgent, startLoop } from './loop.ts'
import { type PassOptions, PassRunner } from './pass-runner.ts'
import { passesHere } from './passes.ts'
import { recalledPasses } from './recalled-passes.ts'
import { keepHeapsSmall } from './small-heap.ts'
import { passesInWorker } from './worker-passes.ts'

/** How passes are made, whoever asks. */
type Inspecting = Pick<PassOptions, 'graceMs' | 'redaction'>

const newRun = (): string => randomUUID().slice(0, 8)

/** A worker is told by message: only what can be cloned. */
const inspecting = ({ graceMs, redaction = 'secrets' }: Inspecting): Inspecting => ({ graceMs, redaction })

/** The daemon's agent: reads the node in a thread of its own. */
export const watchNode = (
  paths: LivePaths,
  { wakeUps, ...options }: Omit<LoopOptions, 'wakeUps'> & Inspecting & { readonly wakeUps: WakeUpChoice },
): RunningAgent => {
  keepHeapsSmall()
  return startLoop(
    passesInWorker(
      () => ({
        paths,
        options: {
          ...inspecting(options),
          run: newRun(),
          intervalMs: options.intervalMs,
          rhythm: inTurns(options.intervalMs),
        },
      }),
      options.intervalMs,
    ),
    { ...options, wakeUps: wakeUpsBy(wakeUps, paths) },
  )
}

/** An agent over any source, in this thread: a recording that is played, say. */
export const watchSource = (source: ProcSource, options: LoopOptions & Inspecting): RunningAgent =>
  startLoop(passesHere(source, { ...inspecting(options), run: newRun() }), options)

/** An agent that tells again what another one saw. */
export const watchMoments = (moments: Parameters<typeof recalledPasses>[0], options: LoopOptions): RunningAgent =>
  startLoop(recalledPasses(moments), options)

/**
 * One look. Of a recording with several moments the last is shown, and the earlier ones count towards its ages.
 * @throws when the source has no moment at all.
 */
export async function inspectOnce(
  source: ProcSource,
  options: Inspecting,
): Promise<{ snapshot: Snapshot; processes: readonly Process[] }> {
  const runner = new PassRunner(source, { ...options, run: newRun() })
  let snapshot: Snapshot | undefined
  for (;;) {
    const outcome = await runner.next()
    if (outcome === false) break
    snapshot = outcome.snapshot
    if (source.kind !== 'archive') break
  }
  if (snapshot === undefined) throw new Error('there is nothing to look at: the recording holds no moment')
  return { snapshot, processes: runner.processes() }
}

/** One look, and another after the grace where the first left something pending. Of a recording, its end. */
export async function inspectUntilSure(source: ProcSource, options: Inspecting): Promise<Snapshot> {
  if (source.kind === 'archive') return (await inspectOnce(source, options)).snapshot
  const runner = new PassRunner(source, { ...options, run: newRun() })
  const first = await passOf(runner)
  if (first.verdicts.every(({ status }) => status === 'firing')) return first
  await sleep(options.graceMs)
  return await passOf(runner)
}

async function passOf(runner: PassRunner): Promise<Snapshot> {
  const outcome = await runner.next()
  if (outcome === false) throw new Error('the node has no further moment')
  return outcome.snapshot
}
