import type { ProcessSample } from '../model/process.ts'

/** Base name of argv[0], without the `docker-` that Docker 1.11–18.06 put before its bundled programs. */
export function programOf(process: ProcessSample): string {
  if (process.argv.kind !== 'known') return ''
  const first = process.argv.value[0]
  if (first === undefined) return ''
  const name = first.slice(first.lastIndexOf('/') + 1)
  return name.startsWith('docker-') ? name.slice('docker-'.length) : name
}

/**
 * Whether the executable contradicts the name that the process gives itself. argv is written by the process; the link
 * is written by the kernel. Not knowing contradicts nothing. proc(5), /proc/pid/exe
 * @param multicall programs that go by many names, e.g. k3s.
 */
export function exeContradicts(process: ProcessSample, program: string, multicall: readonly string[] = []): boolean {
  const exe = process.detail?.exe
  if (exe?.kind !== 'known') return false
  const name = exe.value.path.slice(exe.value.path.lastIndexOf('/') + 1)
  return name !== program && name !== `docker-${program}` && !multicall.includes(name)
}

export const commandLineOf = (process: ProcessSample): { source: string; observed: string } => ({
  source: `/proc/${process.pid}/cmdline`,
  observed: process.argv.kind === 'known' ? process.argv.value.join(' ') : process.comm,
})
