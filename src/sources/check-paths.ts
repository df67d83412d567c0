import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { mountOf } from './hiding.ts'
import type { LivePaths } from './live.ts'

/**
 * @returns one sentence with the next step when a path cannot be what it is said to be; `undefined` when it can.
 */
export function explainPaths({ procfs, cgroupfs }: LivePaths): string | undefined {
  return explainProcfs(procfs) ?? explainDirectory(cgroupfs, '--path.cgroupfs')
}

function explainProcfs(procfs: string): string | undefined {
  const unreadable = explainDirectory(procfs, '--path.procfs')
  if (unreadable !== undefined) return unreadable
  try {
    // A procfs of processes alone (subset=pid) has neither, and is one by its type.
    if (mountOf(procfs) === 'none') {
      readFileSync(join(procfs, 'stat'))
      readFileSync(join(procfs, 'sys/kernel/random/boot_id'))
    }
    if (readdirSync(procfs).some((name) => /^\d+$/.test(name))) return undefined
    return `--path.procfs ${procfs} shows no process; give the place where a procfs is mounted, such as /proc or /host/proc`
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    return `--path.procfs ${procfs} is neither a procfs nor a directory of that shape: ${path} cannot be read (${code}); give the place where a procfs is mounted, such as /proc or /host/proc`
  }
}

function explainDirectory(path: string, option: string): string | undefined {
  try {
    if (statSync(path).isDirectory()) return undefined
    return `${option} ${path} is not a directory; give the place where it is mounted`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return `${option} ${path} cannot be read (${code}); give the place where it is mounted`
  }
}
