import type { Collections, Frame, Hello, NodeEvent } from '../model/event.ts'
import type { Pass, Process } from '../model/snapshot.ts'
import { apply, applyToCollection } from './apply.ts'

/** What a client of the live feed holds. */
export interface View {
  readonly hello: Hello
  /** `undefined` between the hello and the first snapshot. */
  readonly current: Current | undefined
  readonly takenAt: string
}

export interface Current extends Collections {
  readonly seq: number
  readonly pass: Pass
  readonly processes: readonly Process[] | undefined
  /** Of the last frame only. */
  readonly events: readonly NodeEvent[]
}

/**
 * The view after one more frame, or `undefined` when the frame does not follow from it: the client then connects anew,
 * without `since`, and starts from a snapshot.
 */
export function receive(view: View | undefined, frame: Frame): View | undefined {
  if (frame.type === 'hello') {
    // Another run counts its seq from the start, so nothing of the old view may be carried over.
    const current = view?.hello.run === frame.run ? view.current : undefined
    return { hello: frame, current, takenAt: frame.takenAt }
  }
  if (view === undefined) return undefined
  switch (frame.type) {
    case 'snapshot': {
      const { daemons, shims, containers, verdicts, processes, pass } = frame.snapshot
      const current = { seq: frame.seq, pass, daemons, shims, containers, verdicts, processes, events: [] }
      return { ...view, takenAt: frame.takenAt, current }
    }
    case 'delta': {
      const before = view.current
      if (before === undefined || before.seq !== frame.previous) return undefined
      const { changed, removed } = frame
      const processes =
        before.processes && applyToCollection(before.processes, changed.processes ?? [], removed.processes ?? [])
      const current = { ...apply(before, frame), seq: frame.seq, pass: frame.pass, processes, events: frame.events }
      return { ...view, takenAt: frame.takenAt, current }
    }
    case 'heartbeat':
      return view.current?.seq === frame.seq ? { ...view, takenAt: frame.takenAt } : undefined
  }
}
