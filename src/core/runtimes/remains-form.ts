import type { ProcessSample } from '../model/process.ts'
import type { RemainsRecognition } from '../model/runtime.ts'

/** A zombie keeps its name, its state and its parent, and nothing else. proc(5), /proc/pid/stat */
export function recognizeRemains({ pid, comm, state, ppid }: ProcessSample): RemainsRecognition | undefined {
  if (state !== 'Z') return undefined
  return { role: 'remains', evidence: [{ source: `/proc/${pid}/stat`, observed: `${pid} (${comm}) Z ${ppid}` }] }
}
