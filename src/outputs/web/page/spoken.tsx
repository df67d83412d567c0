import { useRef } from 'preact/hooks'
import { live, liveEvents, pastMs } from './state.ts'
import { visible } from './visible.ts'

/**
 * Says aloud what one should not miss, also to those who look at the past; what had happened before the page was opened
 * is not said.
 */
export function Spoken() {
  const heard = useRef<number | undefined>(undefined)
  const said = useRef('')
  const happened = liveEvents.value
  const now = live.peek()?.current?.seq
  // Another run of the agent counts from the start.
  const from = heard.current === undefined || (now !== undefined && now < heard.current) ? now : heard.current
  if (from !== undefined) heard.current = Math.max(from, happened.at(-1)?.seq ?? 0)
  const news = happened.filter(
    ({ seq, type }) =>
      from !== undefined &&
      seq > from &&
      (type.startsWith('verdict-') || type === 'daemon-restarted' || type === 'daemon-stopped'),
  )
  // What was said stays until there is more: a change right after it would cut it short.
  const when = pastMs.peek() === undefined ? '' : 'Now: '
  if (news.length > 0) said.current = when + news.map(({ summary }) => visible(summary)).join('. ')
  return (
    <p class="spoken" aria-live="polite">
      {said.current}
    </p>
  )
}
