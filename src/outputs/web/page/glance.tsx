import { type Part, tiles } from './glance-wording.ts'
import { go, place, view } from './state.ts'
import { MarkText } from './text.tsx'

/** The node at a glance. What is counted can be searched for. */
export function Glance() {
  const current = view.value?.current
  return (
    <section class="glance" aria-label="At a glance" aria-busy={current === undefined}>
      {current !== undefined &&
        tiles(current).map(({ title, total, parts }) => (
          <div class="tile" key={title}>
            <p class="total">
              <b>{total}</b> {title}
            </p>
            <ul>
              {parts.map((part) => (
                <li key={part.text}>
                  <Counted part={part} />
                </li>
              ))}
            </ul>
          </div>
        ))}
    </section>
  )
}

function Counted({ part }: { part: Part }) {
  const { search } = part
  if (search === undefined) return <MarkText mark={part} />
  const on = place.value.search === search
  return (
    <button type="button" class="link" aria-pressed={on} onClick={() => go({ search: on ? '' : search })}>
      <MarkText mark={part} />
    </button>
  )
}
