import { CopyButton } from './copy-button.tsx'
import { asking, backToNow, lookAt, meanwhile, seekWanted, trouble } from './look-back.ts'
import { momentText, pastText } from './moment.ts'
import { blankAt } from './blank-at.ts'
import { formatPlace } from './place.ts'
import { drawnAt, live, nodeNowMs, pastMs, pastPicture, place, view } from './state.ts'
import { blanks } from './timeline.ts'
import { visible } from './visible.ts'
import { counted } from './wording.ts'

/** Says that this is the past, and which moment of it is drawn: not the one that is wanted, until it is there. */
export function PastBanner() {
  if (pastMs.value === undefined) return null
  const shownMs = pastPicture.value?.atMs
  return (
    <section class="past" aria-labelledby="past-title">
      <h2 id="past-title" data-shown={shownMs === undefined ? undefined : new Date(shownMs).toISOString()}>
        <span aria-hidden="true">⟲ </span>The past:{' '}
        <time dateTime={new Date(shownMs ?? pastMs.value).toISOString()}>
          {pastText(shownMs ?? pastMs.value, nodeNowMs.value)}
        </time>
      </h2>
      <p class="buttons">
        <CopyButton text={linkText} label="copy link" />
        <button type="button" class="tool" onClick={backToNow}>
          back to now
        </button>
      </p>
      <p role="status">
        <Meanwhile />
      </p>
      <p class="trouble" role="alert">
        <Trouble />
      </p>
      <Asking />
      <Gap />
      {/* Told once: the slider says where it is. */}
      <p class="spoken" role="status">
        You look at the past.
      </p>
    </section>
  )
}

/** A line for a chat: which node, when, and where to see what is drawn. */
function linkText(): string {
  const url = new URL(`#${formatPlace({ ...place.peek(), at: drawnAt.peek() })}`, location.href)
  return `${visible((view.peek() ?? live.peek())?.hello.node ?? 'the node')} at ${drawnAt.peek()}: ${url}`
}

function Meanwhile() {
  const { length } = meanwhile.value
  const raised = meanwhile.value.filter(({ type }) => type === 'verdict-raised').length
  if (length === 0) return <>Nothing has happened since you look back.</>
  return (
    <>
      {counted(length, 'event')} since you look back
      {raised > 0 && <b class="critical">, {counted(raised, 'verdict')} raised</b>}.
    </>
  )
}

function Trouble() {
  if (trouble.value === undefined) return null
  const { sentence, again, insteadMs } = trouble.value
  const other = pastPicture.value !== undefined && pastPicture.value.atMs !== pastMs.value
  return (
    <>
      {other && `${momentText(pastMs.value ?? 0)} cannot be shown. `}
      {sentence}
      {again !== 'never' && (
        <>
          {' '}
          <button type="button" class="link" onClick={seekWanted}>
            try again
          </button>
        </>
      )}
      {insteadMs !== undefined && (
        <>
          {' '}
          <button type="button" class="link" onClick={() => lookAt(insteadMs)}>
            go to its beginning
          </button>
        </>
      )}
    </>
  )
}

/** Not told aloud: the slider says where it is, and there would be one for each of its steps. */
function Asking() {
  if (!asking.value || pastPicture.value?.atMs === pastMs.value) return null
  return <p class="asking quiet">asking for {momentText(pastMs.value ?? 0)}…</p>
}

const whys = { damaged: 'The journal is damaged there', unwatched: 'Nobody looked at that moment' }
/** A quiet node says once a minute that it still is. */
const unwatchedMs = 90_000

/** Where the journal has nothing of the moment, what is drawn is older. */
function Gap() {
  if (pastPicture.value === undefined) return null
  const { atMs, view: drawn } = pastPicture.value
  const blank = blankAt(blanks.value, atMs)
  const seenMs = Date.parse(drawn.takenAt)
  if (blank === undefined && atMs - seenMs <= unwatchedMs) return null
  return (
    <p class="gap">
      {blank === undefined ? 'The journal has nothing of that moment' : whys[blank.why]}: this is how the node was last
      seen before, at {momentText(seenMs)}.
    </p>
  )
}
