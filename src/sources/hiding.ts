import { readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs'
import { parseCredentials } from '../core/procfs/credentials.ts'
import { firstNamespace, parseInodeLink } from '../core/procfs/link.ts'
import { mayHideFrom, parseProcfsMount } from '../core/procfs/procfs-mount.ts'
import type { ProcfsMount } from '../core/model/sight.ts'

/**
 * Whether the procfs at a directory may keep processes from this one, asked anew for each pass: it may be mounted
 * otherwise meanwhile. Whoever sees through every hidepid is not asked again, since a table of mounts can be long.
 */
export function hiding(procfs: string): () => boolean {
  const reader = readerOf(procfs)
  if (reader !== undefined && !mayHideFrom({ hidepid: 'ptraceable', pidOnly: false, gid: 0 }, reader))
    return () => false
  return () => {
    const mount = mountOf(procfs)
    if (mount === 'none') return false
    if (mount === 'unknown' || reader === undefined) return mount === 'unknown' || mount.hidepid !== 'off'
    return mayHideFrom(mount, reader)
  }
}

/** include/uapi/linux/magic.h, PROC_SUPER_MAGIC */
const PROCFS = 0x9fa0

/** `none`: a directory of that shape, and no procfs. `unknown`: no table that can be read has its mount. */
export function mountOf(procfs: string): ProcfsMount | 'none' | 'unknown' {
  if (typeOf(procfs) !== PROCFS) return 'none'
  const device = deviceOf(procfs)
  // Reached through another's root it is in another table than ours: that of its own process 1, most likely.
  const tables = ['/proc/self/mountinfo', `${procfs}/self/mountinfo`, `${procfs}/1/mountinfo`]
  for (const path of tables) {
    const mount = parseProcfsMount(textOf(path) ?? '', device)
    if (mount !== undefined) return mount
  }
  return 'unknown'
}

/** Which of the mounted procfs it is; `undefined`: it is none. Another may be mounted there while this runs. */
export function procfsAt(directory: string): number | undefined {
  try {
    return typeOf(directory) === PROCFS ? statSync(directory).dev : undefined
  } catch {
    return undefined
  }
}

function readerOf(procfs: string) {
  for (const own of ['/proc/self', `${procfs}/self`]) {
    const credentials = parseCredentials(textOf(`${own}/status`) ?? '')
    if (credentials === undefined) continue
    return { ...credentials, initialUserNamespace: userNamespaceOf(own) === firstNamespace.user }
  }
  return undefined
}

function userNamespaceOf(directory: string): number | undefined {
  try {
    return parseInodeLink(readlinkSync(`${directory}/ns/user`))
  } catch {
    return undefined
  }
}

/** As a mountinfo writes it. The parts are those of glibc's makedev(3), which Node hands on. */
function deviceOf(directory: string): string {
  const { dev } = statSync(directory, { bigint: true })
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n)
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n)
  return `${major}:${minor}`
}

/** Of the file system; a directory that is not there has none. */
function typeOf(directory: string): number | undefined {
  try {
    return statfsSync(directory).type
  } catch {
    return undefined
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
