import type { ProcessSample } from '../model/process.ts'
import { baseName } from '../model/path.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'
import type { EngineRecognition } from '../model/runtime.ts'

/** rkt brings its own systemd-nspawn, and its own linker to start it with. rkt stage1/init/init.go */
export const linkers = ['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1']

/** `systemd-nspawn --machine=NAME --directory=DIR …`; without a name the machine is called after its directory. */
export function recognizeNspawn(process: ProcessSample): EngineRecognition | undefined {
  const argv = process.argv.kind === 'known' ? process.argv.value : []
  const program = programOf(process)
  const linked = linkers.includes(program) && baseName(argv[1] ?? '') === 'systemd-nspawn'
  if (
    linked
      ? exeContradicts(process, program, ['systemd-nspawn', ...linkerFiles(process)])
      : program !== 'systemd-nspawn'
  )
    return undefined
  if (!linked && exeContradicts(process, 'systemd-nspawn')) return undefined
  const value = (...names: string[]): string | undefined => {
    for (const [at, arg] of argv.entries()) {
      for (const name of names) {
        if (arg === name) return argv[at + 1]
        if (name.startsWith('--') && arg.startsWith(`${name}=`)) return arg.slice(name.length + 1)
      }
    }
    return undefined
  }
  const directory = value('--directory', '-D')
  const id = value('--machine', '-M') ?? (directory === undefined ? undefined : baseName(directory)) ?? null
  return {
    role: 'engine',
    verb: 'run',
    id,
    containerdNamespace: null,
    address: null,
    evidence: [commandLineOf(process)],
  }
}

/** The linker's own file bears the version of its C library: `ld-2.25.so`. */
function linkerFiles({ detail }: ProcessSample): string[] {
  const exe = detail?.exe.kind === 'known' ? baseName(detail.exe.value.path) : ''
  return /^ld-[\d.]+\.so$/.test(exe) ? [exe] : []
}
