import type { ProcessSample } from '../model/process.ts'
import { baseName } from '../model/path.ts'

/**
 * Base name of argv[0], without what Docker put around the programs that it brought along: `docker-containerd` of
 * 1.11–18.06, and Red Hat's `docker-containerd-current` and `-latest`.
 */
export function programOf(process: ProcessSample): string {
  if (process.argv.kind !== 'known') return ''
  const first = process.argv.value[0]
  return first === undefined ? '' : canonical(baseName(first))
}

export function canonical(name: string): string {
  if (!name.startsWith('docker')) return name
  const bare = name.replace(/-(?:current|latest)$/, '')
  return bare.startsWith('docker-') ? bare.slice('docker-'.length) : bare
}

/**
 * Whether the executable contradicts the name that the process gives itself. argv is written by the process; the link
 * is written by the kernel. Not knowing contradicts nothing. proc(5), /proc/pid/exe
 * Engines run from a mount of themselves that hangs in no tree, so that no container can write to them: the link then
 * reads `/` (CVE-2019-5736; crun src/libcrun/cloned_binary.c).
 * @param multicall programs that go by many names, e.g. k3s.
 */
export function exeContradicts(process: ProcessSample, program: string, multicall: readonly string[] = []): boolean {
  const exe = process.detail?.exe
  if (exe?.kind !== 'known') return false
  const name = baseName(exe.value.path)
  if (name === '') return false
  return canonical(name) !== program && !multicall.includes(name)
}

export const commandLineOf = (process: ProcessSample): { source: string; observed: string } => ({
  source: `/proc/${process.pid}/cmdline`,
  observed: process.argv.kind === 'known' ? process.argv.value.join(' ') : process.comm,
})
