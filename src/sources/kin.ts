import type { ProcessEvent } from '../core/procfs/process-event.ts'
import type { Followed, News } from './wake-ups.ts'

/** What a daemon or shim starts is of interest for as long as it may be a container in the making, or its end. */
const YOUNG_MS = 10_000
/** A shim that keeps starting things is not to fill the memory. */
const MOST_YOUNG = 8_192
/** Between two passes. */
const MOST_STRANGERS = 4_096

interface Young {
  readonly parent: number
  /** Its parent was a daemon or a shim when it began: an engine, a shim. What it starts in turn is further away. */
  readonly isChild: boolean
  readonly untilMs: number
  /** `left`: who made it has gone, and it has become no other program yet. So an engine makes a container's first process. */
  readonly stage: 'forked' | 'left' | 'program'
}

/** Is told of processes that an engine makes: when it does, when they become a program after it has left them, when they end. */
export interface MadeProcesses {
  made(pid: number): void
  began(pid: number): void
  ended(pid: number, nowMs: number): void
}

type OfLife = Extract<ProcessEvent, { what: 'fork' | 'exec' | 'exit' }>

const isOfLife = (event: ProcessEvent): event is OfLife =>
  event.what === 'fork' || event.what === 'exec' || event.what === 'exit'

/**
 * Tells the few events that change what is shown from the many that do not: on a node most are of commands in containers
 * and of their threads. What matters are ends of daemons, shims and the first processes of containers, programs that these
 * become, and what daemons and shims start: engines, and through them containers.
 */
export class Kin {
  /** Daemons and shims. */
  #keepers: ReadonlySet<number> = new Set()
  /** These, the first processes of containers and those of exec sessions. */
  #known = new Set<number>()
  readonly #young = new Map<number, Young>()
  /** Nobody knew them when they became another program or ended; a pass that began before that may show who they are. */
  readonly #strangers = new Set<number>()
  readonly #made: MadeProcesses

  constructor(made: MadeProcesses) {
    this.#made = made
  }

  /** @returns `done` when something has happened to one of these since the pass began that found them. */
  follow({ daemons, shims, containers }: Followed, nowMs: number): News | undefined {
    this.#keepers = new Set([...daemons, ...shims].map(({ pid }) => pid))
    this.#known = new Set(this.#keepers)
    for (const { initPid, execs } of containers) {
      for (const pid of initPid === null ? execs : [initPid, ...execs]) {
        this.#known.add(pid)
        // What a container starts is its own affair.
        this.#young.delete(pid)
      }
    }
    for (const [pid, { untilMs }] of this.#young) if (untilMs <= nowMs) this.#young.delete(pid)
    const isMissed = [...this.#strangers].some((pid) => this.#known.has(pid))
    this.#strangers.clear()
    return isMissed ? 'done' : undefined
  }

  /** After a loss nobody knows who began or ended; the next pass shows whom to know. */
  forget(): void {
    this.#young.clear()
  }

  /** @returns `undefined`: not worth a pass. */
  weigh(event: ProcessEvent, nowMs: number): News | undefined {
    if (!isOfLife(event) || event.thread !== event.pid) return undefined
    const news = this.#newsOf(event, nowMs)
    if (news === undefined && event.what !== 'fork' && this.#strangers.size < MOST_STRANGERS)
      this.#strangers.add(event.pid)
    return news
  }

  #newsOf(event: OfLife, nowMs: number): News | undefined {
    const { pid } = event
    const young = this.#young.get(pid)
    switch (event.what) {
      case 'fork':
        this.#began(pid, event.parent, nowMs)
        return undefined
      case 'exec':
        if (this.#known.has(pid)) return 'done'
        if (young === undefined || young.untilMs <= nowMs) return undefined
        this.#young.set(pid, { ...young, stage: 'program' })
        if (young.stage !== 'left') return 'hint'
        this.#made.began(pid)
        return 'done'
      case 'exit': {
        this.#young.delete(pid)
        this.#made.ended(pid, nowMs)
        if (young !== undefined) this.#leave(pid)
        if (this.#known.delete(pid)) return 'done'
        const isOfKeeper = young?.isChild === true || (event.parent !== undefined && this.#keepers.has(event.parent))
        return isOfKeeper ? 'hint' : undefined
      }
      default:
        return event satisfies never
    }
  }

  #began(pid: number, parent: number, nowMs: number): void {
    const above = this.#young.get(parent)
    const isChild = this.#keepers.has(parent)
    const untilMs = isChild ? nowMs + YOUNG_MS : above?.untilMs
    if (untilMs === undefined || untilMs <= nowMs) return
    if (this.#young.size >= MOST_YOUNG) this.#young.clear()
    this.#young.set(pid, { parent, isChild, untilMs, stage: 'forked' })
    // By now an engine has put what it forks into the cgroup. runc, libcontainer/process_linux.go, initProcess.start
    if (!isChild) this.#made.made(pid)
  }

  #leave(parent: number): void {
    for (const [pid, young] of this.#young) {
      if (young.parent === parent && young.stage === 'forked') this.#young.set(pid, { ...young, stage: 'left' })
    }
  }
}
