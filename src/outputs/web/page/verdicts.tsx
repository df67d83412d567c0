import { VerdictCard } from './verdict-card.tsx'
import { verdicts, view } from './state.ts'
import { byUrgency } from './wording.ts'

/** So many are open from the start; more would hide each other. */
const openAtFirst = 2

export function Verdicts() {
  const current = view.value?.current
  return (
    <section class="verdicts" aria-labelledby="verdicts-title">
      <h2 id="verdicts-title" tabIndex={-1}>
        Verdicts
      </h2>
      {current !== undefined && verdicts.value.length === 0 && (
        <p class="good">
          {current.pass.source === 'ps' ? 'None are judged by what ps prints.' : '● Nothing wrong was found.'}
        </p>
      )}
      <ul>
        {byUrgency(verdicts.value).map((verdict, index) => (
          <VerdictCard key={verdict.key} verdict={verdict} opensItself={index < openAtFirst} />
        ))}
      </ul>
    </section>
  )
}
