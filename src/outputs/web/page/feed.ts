import type { Frame, NodeEvent } from '../../../core/model/event.ts'
import type { View } from '../../../core/snapshot/receive.ts'
import { follow, type LiveClient } from '../../live/client.ts'
import { changedIds } from './changes.ts'
import { noteChanges } from './note-changes.ts'
import { lacksProcesses, link, live, liveEvents, pastMs, seenAtMs } from './state.ts'
import { mergeEvents } from './merge-events.ts'

/** Least time between two pictures in a flood of changes, in ms: below what one sees, and scrolling keeps its frames. */
const pictureGapMs = 100
let latest: View | undefined
let happened: readonly NodeEvent[] = []
let drawnAtMs = 0
let due = false

/** Follows the node; whether with its processes can be changed at any time. */
export function followNode(processes: boolean): LiveClient {
  const client = follow({
    url: new URL('.', location.href).href,
    open: (url) => new WebSocket(url),
    changed(next, frame) {
      lacksProcesses.value = client.lacksProcesses()
      seen(next, frame)
    },
    linked({ state }) {
      link.value = state
    },
    processes,
  })
  return client
}

function seen(next: View, frame: Frame): void {
  if (next.takenAt !== latest?.takenAt || next.hello.run !== latest?.hello.run) seenAtMs.value = Date.now()
  latest = next
  if (frame.type === 'snapshot') {
    // What happened while nobody looked is not in a snapshot.
    happened = []
    loadEvents().catch(() => {})
  }
  if (frame.type === 'delta') happened = mergeEvents(happened, frame.events)
  draw()
}

async function loadEvents(): Promise<void> {
  const response = await fetch('api/v1/events')
  if (!response.ok) return
  const known = (await response.json()) as { readonly events: readonly NodeEvent[] }
  happened = mergeEvents(known.events, happened)
  draw()
}

/** Many frames may come between two pictures; only the last is drawn. */
function draw(): void {
  if (due) return
  due = true
  const wait = Math.max(0, drawnAtMs + pictureGapMs - performance.now())
  // Nothing is painted in a hidden tab, yet its title should tell.
  setTimeout(() => (document.hidden ? picture() : requestAnimationFrame(picture)), wait)
}

function picture(): void {
  due = false
  drawnAtMs = performance.now()
  const before = live.peek()
  // Between the hello of another run and its snapshot, the old picture is better than none.
  if (latest?.current === undefined) return
  if (
    pastMs.peek() === undefined &&
    before?.current !== undefined &&
    latest.current !== before.current &&
    latest.hello.bootId === before.hello.bootId
  ) {
    noteChanges(changedIds(before.current, latest.current))
  }
  live.value = latest
  liveEvents.value = happened
}
