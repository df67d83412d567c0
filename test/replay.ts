import { readdirSync, readFileSync } from 'node:fs'
import { inspect, type Inspection, interestOf } from '../src/core/inspect.ts'
import { newMemory } from '../src/core/model/memory.ts'
import { type Archive, archiveSource } from '../src/sources/archive.ts'
import { Collector } from '../src/sources/collect.ts'
import { parseRecording } from '../src/sources/parse-recording.ts'

const folder = new URL('./recordings/', import.meta.url)

export interface Scenario {
  readonly name: string
  readonly story: string
  /** Codes that its story says are to be found, each as often as it is; empty for a healthy node. */
  readonly expected: readonly string[]
  readonly moments: readonly Archive[]
}

/** Every recorded or constructed node there is. */
export function scenarios(): Scenario[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.proc'))
  // A loop over nothing would be green.
  if (files.length === 0) throw new Error('test/recordings holds no recording')
  return files.sort().map((file) => {
    const { story, moments } = parseRecording(readFileSync(new URL(file, folder)))
    return { name: file.replace(/\.proc$/, ''), story, expected: expectedIn(file, story), moments }
  })
}

/** The line `Verdicts: none`, or `Verdicts: shim-leaked, shim-leaked`. */
function expectedIn(file: string, story: string): string[] {
  const line = /^Verdicts: (.+)$/m.exec(story)?.[1]
  if (line === undefined) throw new Error(`${file}: its story has no line "Verdicts: …"`)
  return line === 'none' ? [] : line.split(', ').sort()
}

/** Inspects all moments in order and returns what the last one shows. */
export async function replay(moments: readonly Archive[], graceMs = 0): Promise<Inspection> {
  const collector = new Collector(archiveSource(moments))
  let memory = newMemory({ run: 'replay', graceMs, measureEveryMs: 15_000 })
  let inspection: Inspection | undefined
  for (;;) {
    const host = await collector.pass(interestOf)
    if (host === false) break
    // The time that a replay takes is not the node's.
    inspection = inspect({ ...host, durationMs: 0 }, memory)
    memory = inspection.memory
  }
  if (inspection === undefined) throw new Error('the recording holds no moment')
  return inspection
}
