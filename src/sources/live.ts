import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs'
import { known, malformed, type Reading } from '../core/model/reading.ts'
import { readingOfErrno } from './archive.ts'
import { hostname, uptime } from 'node:os'
import { type Beneath, beneathOf, factsBeneath, listBeneath, openFileBeneath } from './beneath.ts'
import { hiding, mountOf, procfsAt } from './hiding.ts'
import { KeptOpen } from './kept-open.ts'
import type { ProcSource } from './proc-source.ts'

export interface LivePaths {
  /** A mounted procfs, or a directory of that shape. */
  readonly procfs: string
  readonly cgroupfs: string
  /** What the node is called; what its kernel says unless given. */
  readonly nodeName?: string | undefined
}

/** For what is below `/proc/sys` the kernel makes room for as much as is asked for. fs/proc/proc_sysctl.c, proc_sys_call_handler */
const SYSCTL_BYTES = 4 * 1024

/** A `/proc` file longer than this in one piece is none that we know. */
const PIECE_BYTES = 256 * 1024

/**
 * A bundle may belong to a stranger's process: no last link is followed, and opening a fifo does not wait for its
 * other end. open(2)
 */
const CAREFULLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

/**
 * Reads the node. Everything is synchronous, into one reused buffer: an asynchronous read costs eight times the CPU,
 * since a /proc file is made by the kernel at once and there is nothing to wait for.
 */
export function liveSource({ procfs, cgroupfs, nodeName }: LivePaths): ProcSource {
  let buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)
  const hides = hiding(procfs)
  const kept = new KeptOpen()
  const mount = mountOf(procfs)
  const showsProcessesOnly = typeof mount === 'object' && mount.pidOnly
  const views = new Array<Reading<Buffer> | undefined>(16 * 1024).fill(undefined)
  const at = (path: string): string => {
    if (path.startsWith('/proc')) return procfs === '/proc' ? path : procfs + path.slice('/proc'.length)
    if (path.startsWith('/sys/fs/cgroup')) return cgroupfs + path.slice('/sys/fs/cgroup'.length)
    throw new Error(`not a path below /proc or /sys/fs/cgroup: ${path}`)
  }

  return {
    kind: 'live',
    async begin() {
      kept.begin(procfsAt(procfs))
      const mayHide = hides()
      return { takenAtMs: Date.now(), mayHide }
    },
    end: () => kept.end(),
    list(path) {
      const stranger = strangerIn(path)
      return attempt(() => (stranger === undefined ? readdirSync(at(path)) : listBeneath(stranger)))
    },
    read(path, isKept = false) {
      // A container has a host name of its own, and whoever reads this file is told his own. uts_namespaces(7)
      if (nodeName !== undefined && path === '/proc/sys/kernel/hostname') return known(Buffer.from(`${nodeName}\n`))
      const reading = isKept ? readKept(path) : undefined
      if (reading !== undefined) return reading
      let fd: number
      try {
        fd = openSync(at(path), constants.O_RDONLY)
      } catch (error) {
        const reading = readingOfError(error)
        return reading.kind === 'gone' ? (asked(path) ?? reading) : reading
      }
      let staysOpen = false
      try {
        const most = path.startsWith('/proc/sys/') ? SYSCTL_BYTES : PIECE_BYTES
        const length = readSync(fd, buffer, 0, most, null)
        staysOpen = isKept && kept.keep(path, fd)
        return piece(length)
      } catch (error) {
        // ESRCH here: it exited between open and read.
        return readingOfError(error)
      } finally {
        if (!staysOpen) closeSync(fd)
      }
    },
    readWhole(path, limitBytes) {
      return attempt(
        () => openCarefully(path),
        (fd) => {
          try {
            const facts = fstatSync(fd)
            if (!facts.isFile()) return malformed('not a regular file')
            // Of /proc and the like nobody knows the size beforehand; of a file too long not a byte need be read.
            if (facts.size > limitBytes) return malformed(`longer than ${limitBytes} bytes`)
            return readAll(fd, limitBytes, facts.size)
          } catch (error) {
            return readingOfError(error)
          } finally {
            closeSync(fd)
          }
        },
      )
    },
    link(path) {
      return attempt(() => readlinkSync(at(path)))
    },
    facts(path) {
      const stranger = strangerIn(path)
      return attempt(() => {
        const { ino, nlink, ctimeMs } =
          stranger === undefined || stranger.names.length === 0 ? statSync(at(path)) : factsBeneath(stranger)
        return { inode: ino, nlink, changedMs: Math.round(ctimeMs) }
      })
    },
  }

  /** `undefined`: it is not open, or is of a process that has gone, and its pid may be another's. */
  function readKept(path: string): Reading<Buffer> | undefined {
    const fd = kept.of(path)
    if (fd === undefined) return undefined
    try {
      return piece(readSync(fd, buffer, 0, PIECE_BYTES, 0))
    } catch {
      kept.drop(path)
      return undefined
    }
  }

  /** What a procfs of processes alone (subset=pid) leaves out, and system calls tell. proc(5) */
  function asked(path: string): Reading<Buffer> | undefined {
    if (!showsProcessesOnly) return undefined
    if (path === '/proc/uptime') return known(Buffer.from(`${uptime().toFixed(2)} 0.00\n`))
    return path === '/proc/sys/kernel/hostname' ? known(Buffer.from(`${hostname()}\n`)) : undefined
  }

  function openCarefully(path: string): number {
    const stranger = strangerIn(path)
    if (stranger === undefined) return openSync(at(path), CAREFULLY)
    return openFileBeneath(stranger, CAREFULLY)
  }

  function strangerIn(path: string): Beneath | undefined {
    const found = beneathOf(path)
    return found === undefined ? undefined : { ...found, start: at(found.start) }
  }

  /** Most answers are a few hundred bytes long, and a view of each length is made once. */
  function piece(length: number): Reading<Buffer> {
    const view = views[length]
    if (view !== undefined) return view
    const made = known<Buffer>(buffer.subarray(0, length))
    if (length < views.length) views[length] = made
    return made
  }

  /** @param size as the file system says it; 0 for a /proc file, which only an empty read ends. */
  function readAll(fd: number, limitBytes: number, size: number): Reading<Buffer> {
    let length = 0
    for (;;) {
      // /proc files made of records come in pieces, so only an empty read is the end. seq_file, fs/seq_file.c
      if (length === buffer.length) {
        const larger = Buffer.allocUnsafeSlow(buffer.length * 2)
        buffer.copy(larger)
        buffer = larger
        views.fill(undefined)
      }
      const read = readSync(fd, buffer, length, buffer.length - length, null)
      length += read
      if (length > limitBytes) return malformed(`longer than ${limitBytes} bytes`)
      if (read === 0 || length === size) return piece(length)
    }
  }
}

function attempt<T>(act: () => T): Reading<T>
function attempt<T, U>(act: () => T, then: (value: T) => Reading<U>): Reading<U>
function attempt<T, U>(act: () => T, then?: (value: T) => Reading<U>): Reading<T | U> {
  let value: T
  try {
    value = act()
  } catch (error) {
    return readingOfError(error)
  }
  return then === undefined ? known(value) : then(value)
}

function readingOfError(error: unknown): Reading<never> {
  const errno = (error as NodeJS.ErrnoException).code
  if (errno === undefined) throw error
  // O_NOFOLLOW answers a link with ELOOP, O_NONBLOCK a device nobody serves with ENXIO.
  return readingOfErrno(errno)
}
