import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Verdict } from '../../../core/model/snapshot.ts'
import { CopyButton } from './copy-button.tsx'
import { formatPlace } from './place.ts'
import { changes, containers, drawnAt, pastMs, place, show, view } from './state.ts'
import { Age, Text } from './text.tsx'
import { rowIdOf, subjectName, verdictText } from './verdict-wording.ts'
import { issueUrl, severityMark } from './wording.ts'

/** One verdict: what, whom, since when, how one can check it, what it resembles, and what is safe to do. */
export function VerdictCard({ verdict, opensItself }: { verdict: Verdict; opensItself: boolean }) {
  const { key, code, severity, status, since, subject, summary, evidence, resembles, next } = verdict
  const open = useSignal(opensItself)
  const card = useRef<HTMLLIElement>(null)
  const pointedAt = place.value.verdict === key
  useEffect(() => {
    if (!pointedAt) return
    open.value = true
    card.current?.scrollIntoView({ block: 'nearest' })
  }, [pointedAt])
  const about = subjectName(subject, containers.value)
  const row = rowIdOf(subject)
  const times = changes.value.get(`verdict|${key}`)
  return (
    <li
      ref={card}
      class={`card ${severity} ${status}`}
      data-verdict={key}
      data-changed={times === undefined ? undefined : times % 2}
      aria-current={pointedAt ? 'true' : undefined}
    >
      <h3>
        <button type="button" class="plain" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
          <span class="sign" aria-hidden="true">
            {severityMark(severity).sign}
          </span>
          <span class="code">{code}</span>
          <span class="quiet">
            {severity}
            {status === 'pending' ? ', pending' : ''} · <Age since={since} />
          </span>
        </button>
      </h3>
      <p>
        {row === undefined ? (
          <Text of={about} />
        ) : (
          <button type="button" class="link" onClick={() => show(row)}>
            <Text of={about} />
          </button>
        )}
        {': '}
        <Text of={summary} />
      </p>
      {open.value && (
        <>
          <dl class="evidence" aria-label="Evidence">
            {evidence.map(({ source, observed }) => (
              <div key={source + observed}>
                <dt>
                  <Text of={source} />
                </dt>
                <dd>
                  <Text of={observed} />
                </dd>
              </div>
            ))}
          </dl>
          <p>
            <b>Next:</b> <Text of={next} />
          </p>
          <p class="foot">
            <CopyButton
              text={() =>
                verdictText(verdict, { about, node: view.peek()?.hello.node ?? '', at: seenAt() }, linkTo(verdict))
              }
            />
            <code>shimscope explain {code}</code>
            {resembles.length > 0 && (
              <span class="quiet">
                resembles{' '}
                {resembles.map((issue, index) => (
                  <span key={issue}>
                    {index > 0 && ', '}
                    <Issue issue={issue} />
                  </span>
                ))}
              </span>
            )}
          </p>
        </>
      )}
    </li>
  )
}

/** When what is drawn was seen, if that is not now. */
const seenAt = (): string => (pastMs.peek() === undefined ? '' : (view.peek()?.takenAt ?? ''))

/** Where a colleague sees the same. */
function linkTo({ key, subject }: Verdict): string {
  const fragment = formatPlace({
    at: drawnAt.peek(),
    row: rowIdOf(subject) ?? '',
    verdict: key,
    search: '',
    onlyWrong: false,
    processes: false,
  })
  return new URL(`#${fragment}`, location.href).href
}

function Issue({ issue }: { issue: string }) {
  const url = issueUrl(issue)
  return url === undefined ? (
    <Text of={issue} />
  ) : (
    <a href={url} rel="noopener noreferrer" target="_blank">
      {issue}
    </a>
  )
}
