import type { Credentials } from './credentials.ts'
import type { ProcfsMount } from '../model/sight.ts'

/** By number until Linux 5.7, by name since. proc(5), "Mount options" */
const hidden: Readonly<Record<string, ProcfsMount['hidepid']>> = {
  '1': 'noaccess',
  '2': 'invisible',
  '4': 'ptraceable',
  noaccess: 'noaccess',
  invisible: 'invisible',
  ptraceable: 'ptraceable',
}

/**
 * How the procfs of a device is mounted, by a mountinfo. The options are those of the file system, so that any place at
 * which it is mounted tells them, under whatever path. `undefined`: the table has no procfs of that device. proc(5)
 *
 * @param device as the third field has it: `0:21`
 */
export function parseProcfsMount(mountinfo: string, device: string): ProcfsMount | undefined {
  const options = mountinfo
    .split('\n')
    .filter((line) => line.includes(` ${device} `))
    .map((line) => line.split(' '))
    .filter((words) => words[2] === device && words[words.indexOf('-', 6) + 1] === 'proc')
    .map((words) => (words[words.indexOf('-', 6) + 3] ?? '').split(','))[0]
  if (options === undefined) return undefined
  const valueOf = (name: string) => options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1)
  return {
    hidepid: hidden[valueOf('hidepid') ?? ''] ?? 'off',
    pidOnly: options.includes('subset=pid'),
    gid: Number(valueOf('gid') ?? 0),
  }
}

const CAP_SYS_PTRACE = 1n << 19n

/**
 * Whether it may keep processes from a reader without a trace. The group of the mount, root's unless another is given,
 * sees all of them, but not with `ptraceable`. fs/proc/base.c, has_pid_permissions; the capability and the group count
 * in the first user namespace, and what they are worth in another is not known.
 */
export function mayHideFrom(
  { hidepid, gid }: ProcfsMount,
  reader: Pick<Credentials, 'effective' | 'groups'> & { readonly initialUserNamespace: boolean },
): boolean {
  if (hidepid === 'off') return false
  if (!reader.initialUserNamespace) return true
  if ((reader.effective & CAP_SYS_PTRACE) !== 0n) return false
  return hidepid === 'ptraceable' || !reader.groups.includes(gid)
}
