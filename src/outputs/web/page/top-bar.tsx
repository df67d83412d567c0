import { drawnAt, link, live, nowMs, pastMs, seenAtMs, view } from './state.ts'
import { Text } from './text.tsx'
import { ageOf, notices } from './wording.ts'

/** Which node this is, how old what one sees is, and what limits it. */
export function TopBar() {
  const node = (view.value ?? live.value)?.hello.node
  return (
    <header>
      <h1>
        <span class="brand">shimscope</span> {node !== undefined && <Text of={node} />}
      </h1>
      <Freshness />
      <nav aria-label="The same elsewhere">
        <a href={`tree${drawnAt.value === '' ? '' : `?at=${drawnAt.value}`}`}>text</a>
        <a href={`api/v1/snapshot${drawnAt.value === '' ? '' : `?at=${drawnAt.value}`}`}>JSON</a>
        <a href="api/v1/openapi.json">API</a>
        <a href="metrics">metrics</a>
      </nav>
      <Notices />
    </header>
  )
}

/** Passes that may be missed before a picture counts as old, and the least time for that. */
const lateAfter = { intervals: 3, leastMs: 12_000 }

function Freshness() {
  const age = ageOf(seenAtMs.value, nowMs.value)
  const recorded = live.value?.current?.pass.source === 'archive'
  const lateMs = Math.max(lateAfter.leastMs, (live.value?.hello.intervalMs ?? 0) * lateAfter.intervals)
  const late = !recorded && nowMs.value - seenAtMs.value > lateMs
  const state = link.value === 'live' && late ? 'late' : link.value
  // How fresh the present is, is no matter of who looks at the past, unless there is nobody to ask.
  if (pastMs.value !== undefined && state !== 'lost') return null
  return (
    <p id="freshness" class="freshness" data-state={state}>
      {/* Told when it changes; the seconds are not. */}
      <span role="status">{says[state](recorded)}</span>
      {state !== 'connecting' && <span class="quiet"> · seen {age} ago</span>}
    </p>
  )
}

const says: Readonly<Record<'connecting' | 'live' | 'late' | 'lost', (recorded: boolean) => string>> = {
  connecting: () => 'connecting…',
  live: (recorded) => (recorded ? 'recording' : 'live'),
  late: () => 'connected, but the agent looks no more',
  lost: () => 'no connection, trying again…',
}

function Notices() {
  const current = view.value?.current
  if (view.value === undefined || current === undefined) return null
  const said = notices(current.pass, view.value.takenAt)
  return said === '' ? null : (
    <p class="notices" role="note">
      {said}
    </p>
  )
}
