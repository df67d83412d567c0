import { readFileSync } from 'node:fs'
import { parseCgroup } from '../core/procfs/cgroup.ts'
import type { MadeProcesses } from './kin.ts'
import type { Followed } from './wake-ups.ts'

/** A pass that shows a container may still come after its end: the bundle and the shim are left for a moment. */
const PATIENCE_MS = 10_000
/** Nobody is to fill the memory with processes that never begin. */
const MOST_MADE = 4_096

interface Made {
  /** All of its cgroups, one for each hierarchy. */
  readonly cgroups: ReadonlySet<string>
  readonly stage: 'made' | 'began' | { readonly endedMs: number }
}

/**
 * Counts containers that came and went and that no pass has shown. What a process was is read while it is made, since most
 * have time until their program begins; who had none, and has gone when it is read, is not counted, for it may as well have
 * been a session in a container.
 */
export class BriefContainers implements MadeProcesses {
  readonly #procfs: string
  readonly #made = new Map<number, Made>()
  #missed = 0

  constructor(procfs: string) {
    this.#procfs = procfs
  }

  made(pid: number): void {
    const cgroups = this.#cgroupsOf(pid)
    if (cgroups === undefined) return
    if (this.#made.size >= MOST_MADE) this.#made.clear()
    this.#made.set(pid, { cgroups, stage: 'made' })
  }

  began(pid: number): void {
    const found = this.#made.get(pid)
    if (found !== undefined) this.#made.set(pid, { ...found, stage: 'began' })
  }

  ended(pid: number, nowMs: number): void {
    const found = this.#made.get(pid)
    if (found?.stage === 'began') this.#made.set(pid, { ...found, stage: { endedMs: nowMs } })
    else this.#made.delete(pid)
  }

  follow({ containers }: Pick<Followed, 'containers'>): void {
    for (const [pid, { cgroups }] of this.#made) {
      const isShown = containers.some(
        ({ initPid, execs, cgroup }) =>
          initPid === pid || execs.includes(pid) || (cgroup !== null && cgroups.has(cgroup)),
      )
      if (isShown) this.#made.delete(pid)
    }
  }

  count(nowMs: number): number {
    for (const [pid, { stage }] of this.#made) {
      if (typeof stage === 'string' || stage.endedMs + PATIENCE_MS > nowMs) continue
      this.#made.delete(pid)
      this.#missed += 1
    }
    return this.#missed
  }

  #cgroupsOf(pid: number): ReadonlySet<string> | undefined {
    try {
      const found = parseCgroup(readFileSync(`${this.#procfs}/${pid}/cgroup`, 'utf8'))
      return found === undefined ? undefined : new Set([found.unified ?? found.path, ...found.controllers.values()])
    } catch {
      return undefined
    }
  }
}
