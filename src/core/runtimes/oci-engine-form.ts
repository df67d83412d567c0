import type { Runtime } from '../model/runtime.ts'
import { recognizeRunc, runcExpectations } from './runc-form.ts'

/** An engine that stands in for runc: it has to understand what go-runc says, so its command line is runc's. */
export function ociEngine({
  lasting = [],
  ...runtime
}: Pick<Runtime, 'program' | 'title' | 'docs'> & {
  /** Verbs that take as long as the container does, where they do not for runc. */
  readonly lasting?: readonly string[]
}): Runtime {
  const patience = Object.entries(runcExpectations.patienceMs ?? {}).filter(([verb]) => !lasting.includes(verb))
  return {
    ...runtime,
    id: runtime.program,
    programs: [runtime.program],
    comms: [],
    expects: { ...runcExpectations, patienceMs: Object.fromEntries(patience), manages: runtime.program },
    recognize: (process) => recognizeRunc(process, runtime.program),
  }
}
