import type { Bytes } from '../model/bytes.ts'
import type { ProcessState, StatFields } from '../model/process.ts'

const OPEN = 0x28
const CLOSE = 0x29
const SPACE = 0x20
const MINUS = 0x2d
const ZERO = 0x30

/** Kernel threads carry PF_KTHREAD in stat's flags. include/linux/sched.h */
const PF_KTHREAD = 0x00200000
const PF_EXITING = 0x00000004

/** The longest comm the kernel prints here: 15 bytes for programs, up to 64 for kernel workers. fs/proc/array.c */
const LONGEST_COMM = 64

const nothing: Bytes = { length: 0, toString: () => '' }

const states: readonly ProcessState[] = ['R', 'S', 'D', 'Z', 'T', 't', 'X', 'x', 'I', 'K', 'W', 'P']
const stateByByte = new Map<number, ProcessState>(states.map((letter) => [letter.charCodeAt(0), letter]))

/**
 * One line of `/proc/<pid>/stat`, or a thread's, in place: thousands are scanned in a pass, most of them only to find that
 * nothing has changed, and that leaves nothing behind. proc(5)
 */
export class StatLine implements StatFields {
  pid = 0
  state: ProcessState = '?'
  ppid = 0
  pgrp = 0
  session = 0
  kernelThread = false
  exiting = false
  cpuTicks = 0
  threads = 0
  startTicks = 0
  rssPages = 0
  #bytes: Bytes = nothing
  #nameFrom = 0
  #nameTo = 0

  /** @returns `false` when the line is cut short or not of that form; nothing that it says counts then. */
  scan(bytes: Bytes): boolean {
    const open = indexOf(bytes, OPEN, 0, 12)
    if (open < 0) return false
    // comm may hold ')' and blanks, so it ends at the last ')'; only numbers follow, so no other can come after it. proc(5)
    const close = lastIndexOf(bytes, CLOSE, open + 1, open + LONGEST_COMM + 2)
    if (close < 0) return false
    this.#bytes = bytes
    this.#nameFrom = open + 1
    this.#nameTo = close
    this.pid = integer(bytes, 0, open - 1)
    this.state = stateByByte.get(bytes[close + 2] ?? 0) ?? '?'

    numbers.bytes = bytes
    numbers.at = close + 3
    this.ppid = next()
    this.pgrp = next()
    this.session = next()
    skip(2) // tty_nr, tpgid
    const flags = next()
    this.kernelThread = (flags & PF_KTHREAD) !== 0
    this.exiting = (flags & PF_EXITING) !== 0
    skip(4) // faults
    this.cpuTicks = next() + next()
    skip(4) // cutime, cstime, priority, nice
    this.threads = next()
    skip(1) // itrealvalue
    this.startTicks = next()
    skip(1) // vsize
    this.rssPages = next()
    return this.rssPages >= 0
  }

  /** Decoded when asked for, from the bytes of the last scan: ask before those are written over. */
  get comm(): string {
    return this.#bytes.toString('utf8', this.#nameFrom, this.#nameTo)
  }

  /** Whether it has that name; of the few names that are not ASCII it is never said. */
  isNamed(comm: string): boolean {
    if (comm.length !== this.#nameTo - this.#nameFrom) return false
    for (let at = 0; at < comm.length; at += 1) {
      if (comm.charCodeAt(at) !== this.#bytes[this.#nameFrom + at]) return false
    }
    return true
  }

  fields(): StatFields {
    return {
      pid: this.pid,
      comm: this.comm,
      state: this.state,
      ppid: this.ppid,
      pgrp: this.pgrp,
      session: this.session,
      kernelThread: this.kernelThread,
      exiting: this.exiting,
      cpuTicks: this.cpuTicks,
      threads: this.threads,
      startTicks: this.startTicks,
      rssPages: this.rssPages,
    }
  }
}

/**
 * Parses `/proc/<pid>/stat`, or a thread's. proc(5).
 * @returns `undefined` when it is cut short or not of that form.
 */
export function parseStat(bytes: Bytes): StatFields | undefined {
  const line = new StatLine()
  return line.scan(bytes) ? line.fields() : undefined
}

/** A cursor over blank-separated numbers. One for all calls: parsing is synchronous, and 10,000 processes make no garbage. */
const numbers: { bytes: Bytes; at: number } = { bytes: nothing, at: 0 }

/** The next number, or -1 past the end; -1 never leaves this file. */
function next(): number {
  const { bytes } = numbers
  const end = bytes.length
  let at = numbers.at
  while (at < end && bytes[at] === SPACE) at += 1
  if (at >= end) return -1
  let negative = false
  if (bytes[at] === MINUS) {
    negative = true
    at += 1
  }
  let value = 0
  let digit = (bytes[at] as number) - ZERO
  if (!(digit >= 0 && digit <= 9)) return -1
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit
    at += 1
    digit = at < end ? (bytes[at] as number) - ZERO : -1
  }
  numbers.at = at
  return negative ? 0 : value
}

function skip(count: number): void {
  for (let skipped = 0; skipped < count; skipped += 1) next()
}

function integer(bytes: Bytes, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at += 1) value = value * 10 + ((bytes[at] as number) - ZERO)
  return value
}

function indexOf(bytes: Bytes, byte: number, from: number, limit: number): number {
  for (let at = from; at < limit && at < bytes.length; at += 1) if (bytes[at] === byte) return at
  return -1
}

function lastIndexOf(bytes: Bytes, byte: number, from: number, limit: number): number {
  for (let at = Math.min(limit, bytes.length - 1); at >= from; at -= 1) if (bytes[at] === byte) return at
  return -1
}
