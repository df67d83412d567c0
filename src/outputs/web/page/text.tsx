import { ageOf, type Mark } from './wording.ts'
import { shownAtMs } from './state.ts'
import { visiblePieces } from './visible.ts'

/** Text that somebody else wrote: a text node, isolated from the direction of its neighbours, nothing in it hidden. */
export function Text({ of }: { of: string }) {
  const pieces = visiblePieces(of)
  return (
    <bdi>
      {pieces.every(({ escaped }) => !escaped)
        ? of
        : pieces.map(({ text, escaped }) => (escaped ? <span class="escaped">{text}</span> : text))}
    </bdi>
  )
}

/** A word with its sign. The sign is for the eye; the word says the same. */
export function MarkText({ mark }: { mark: Mark }) {
  return (
    <span class={`mark ${mark.tone}`}>
      {mark.sign !== '' && (
        <span class="sign" aria-hidden="true">
          {mark.sign}
        </span>
      )}
      <Text of={mark.text} />
    </span>
  )
}

/** How long ago that was; only this text is drawn again each second. */
export function Age({ since }: { since: string }) {
  return (
    <time dateTime={since} title={since}>
      {ageOf(Date.parse(since), shownAtMs.value)}
    </time>
  )
}
