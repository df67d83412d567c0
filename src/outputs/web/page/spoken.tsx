import { useRef } from 'preact/hooks'
import { events, view } from './state.ts'
import { visible } from './visible.ts'

/** Says aloud what one should not miss; what had happened before the page was opened is not said. */
export function Spoken() {
  const heard = useRef<number | undefined>(undefined)
  const said = useRef('')
  const happened = events.value
  const now = view.peek()?.current?.seq
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
  if (news.length > 0) said.current = news.map(({ summary }) => visible(summary)).join('. ')
  return (
    <p class="spoken" aria-live="polite">
      {said.current}
    </p>
  )
}
