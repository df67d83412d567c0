import type { ProcessKey, ProcessSample } from '../model/process.ts'
import type { Recognition, Runtime } from '../model/runtime.ts'
import { programOf } from './program.ts'

/** Asks only the runtimes whose program or comm fits: most processes of a node cost two look-ups. */
export function recognizer(runtimes: readonly Runtime[]): (process: ProcessSample) => Recognition | undefined {
  const byProgram = new Map<string, Runtime[]>()
  const byPrefix: { readonly prefix: string; readonly runtime: Runtime }[] = []
  const byComm = new Map<string, Runtime[]>()
  for (const runtime of runtimes) {
    for (const program of runtime.programs) {
      if (program.endsWith('*')) byPrefix.push({ prefix: program.slice(0, -1), runtime })
      else append(byProgram, program, runtime)
    }
    for (const comm of runtime.comms) append(byComm, comm, runtime)
  }
  const candidatesFor = (program: string): readonly Runtime[] => [
    ...(byProgram.get(program) ?? []),
    ...byPrefix.filter(({ prefix }) => program.startsWith(prefix)).map(({ runtime }) => runtime),
  ]
  const none: readonly Runtime[] = []
  const candidates = new Map<string, readonly Runtime[]>()
  const bearing = bearers()

  return (process) => {
    const program = programOf(process)
    let named = candidates.get(program)
    if (named === undefined) {
      // Names are chosen by strangers: what is remembered of them is bounded.
      if (candidates.size > 4_096) candidates.clear()
      named = candidatesFor(program)
      candidates.set(program, named.length === 0 ? none : named)
    }
    for (const runtime of named) {
      const recognition = runtime.recognize(process)
      if (recognition !== undefined) return { ...recognition, runtime: bearing(runtime, program) }
    }
    const called = byComm.get(process.comm)
    if (called === undefined) return undefined
    for (const runtime of called) {
      const recognition = runtime.recognize(process)
      if (recognition !== undefined) return { ...recognition, runtime }
    }
    return undefined
  }
}

/** A sample that is the same object is the same process, and is recognised once. */
export function remembering(
  recognizeOne: (process: ProcessSample) => Recognition | undefined,
): (process: ProcessSample) => Recognition | undefined {
  const known = new WeakMap<ProcessSample, Recognition | null>()
  return (process) => {
    const before = known.get(process)
    if (before !== undefined) return before ?? undefined
    const recognition = recognizeOne(process)
    known.set(process, recognition ?? null)
    return recognition
  }
}

/** Programs that one entry may stand for. Strangers choose names, and every name becomes a label value: no more than this. */
const MOST_NAMES = 64

/** An entry for many programs, under the name of the one that was seen; always the same object for the same name. */
function bearers(): (runtime: Runtime, program: string) => Runtime {
  const known = new Map<string, Runtime>()
  return (runtime, program) => {
    if (!runtime.program.endsWith('*')) return runtime
    const before = known.get(program)
    if (before !== undefined) return before
    if (known.size >= MOST_NAMES) return runtime
    const named = { ...runtime, program }
    known.set(program, named)
    return named
  }
}

export function recognize(
  processes: readonly ProcessSample[],
  recognizeOne: (process: ProcessSample) => Recognition | undefined,
): ReadonlyMap<ProcessKey, Recognition> {
  const recognitions = new Map<ProcessKey, Recognition>()
  for (const process of processes) {
    if (process.kernelThread) continue
    const recognition = recognizeOne(process)
    if (recognition !== undefined) recognitions.set(process.key, recognition)
  }
  return recognitions
}

function append(map: Map<string, Runtime[]>, key: string, runtime: Runtime): void {
  const found = map.get(key)
  if (found === undefined) map.set(key, [runtime])
  else found.push(runtime)
}

/** What a process would be, going by its comm alone, that could not be recognised: reason to doubt, and no more. */
export type ResembledBy = (process: ProcessSample) => 'daemon' | 'shim' | 'machine' | undefined

/** `comm` is a program's name cut to 15 bytes. Whoever bears a keeper's and shows nothing else may be one. proc(5) */
export function resembler(runtimes: readonly Runtime[]): ResembledBy {
  const daemons = new Set(runtimes.flatMap(({ expects }) => expects.daemons.flatMap(commsOf)))
  const shims = new Set(
    runtimes.filter(({ expects }) => expects.bundle !== 'none').flatMap(({ program }) => commsOf(program)),
  )
  const machines = new Set(runtimes.flatMap(({ machineComms }) => machineComms ?? []))
  return (process) => {
    if (shims.has(process.comm)) return 'shim'
    if (daemons.has(process.comm)) return 'daemon'
    // QEMU and gVisor are called like much else: only who shows no command line is in doubt.
    return machines.has(process.comm) && programOf(process) === '' ? 'machine' : undefined
  }
}

const commsOf = (program: string): string[] => [program.slice(0, 15), `docker-${program}`.slice(0, 15)]
