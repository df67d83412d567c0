import { useSignal } from '@preact/signals'
import { backToNow, lookAt, said, speed, step } from './look-back.ts'
import { momentText, pastText, typedMoment } from './moment.ts'
import { Marks } from './marks.tsx'
import { speeds } from './play.ts'
import { nodeNowMs, pastMs } from './state.ts'
import { journal, marked, reboots, spanMs, timeWindow } from './timeline.ts'
import { momentByKey, spans } from './time-window.ts'
import { counted, severityMark } from './wording.ts'

/** The handle of time: where one is, what happened when, and the ways to elsewhere. Absent without a journal. */
export function TimeBar() {
  const broken = journal.value?.trouble
  if (broken !== undefined)
    return (
      <section class="timebar" aria-label="Looking back">
        <p role="status">One cannot look back: {broken}</p>
      </section>
    )
  if (journal.value?.kept !== true || timeWindow.value === undefined) return null
  return (
    <section class="timebar" aria-label="Looking back">
      <div class="track">
        <Marks />
        <Handle />
      </div>
      <div class="controls">
        <Jumps />
        <Play />
        <Typed />
        <Span />
        <p class="quiet" id="marked">
          <Marked />
        </p>
      </div>
      <p class="said" role="status">
        {said.value}
      </p>
    </section>
  )
}

function Handle() {
  const { value: window } = timeWindow
  if (window === undefined) return null
  const { fromMs, untilMs } = window
  const atMs = pastMs.value ?? untilMs
  const to = (ms: number) => lookAt(ms >= untilMs && window.open ? undefined : ms)
  return (
    <input
      id="moment"
      type="range"
      aria-label="Moment that is shown"
      aria-describedby="marked"
      aria-valuetext={pastMs.value === undefined ? 'now' : pastText(atMs, nodeNowMs.value)}
      min={fromMs}
      max={untilMs}
      step={1}
      value={atMs}
      onInput={({ currentTarget }) => to(currentTarget.valueAsNumber)}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return
        const ms = momentByKey(event.key, atMs, window)
        if (ms === undefined) return
        event.preventDefault()
        to(ms)
      }}
    />
  )
}

function Jumps() {
  return (
    <span class="buttons">
      <button type="button" class="tool" onClick={() => void step('before')}>
        <span aria-hidden="true">◀ </span>previous event
      </button>
      <button type="button" class="tool" disabled={pastMs.value === undefined} onClick={() => void step('after')}>
        next event<span aria-hidden="true"> ▶</span>
      </button>
    </span>
  )
}

function Play() {
  const now = pastMs.value === undefined
  return (
    <fieldset class="buttons" aria-label="Play from this moment on">
      {speeds.map((times) => (
        <button
          key={times}
          type="button"
          class="tool"
          disabled={now}
          data-playing={speed.value === times}
          aria-label={
            speed.value === times ? `pause, playing at ${times} times the speed` : `play at ${times} times the speed`
          }
          onClick={() => (speed.value = speed.value === times ? 0 : times)}
        >
          <span aria-hidden="true">
            {speed.value === times ? '‖' : '►'} {times}×
          </span>
        </button>
      ))}
      <button type="button" class="tool" disabled={now} onClick={backToNow}>
        now
      </button>
    </fieldset>
  )
}

function Typed() {
  const typed = useSignal('')
  const enter = () => {
    const moment = typedMoment(typed.value, nodeNowMs.peek())
    if (typeof moment === 'string') said.value = moment
    else {
      typed.value = ''
      lookAt(moment)
    }
  }
  return (
    <span class="typed">
      <input
        id="typed-moment"
        class="tool"
        type="text"
        size={12}
        aria-label="Go to a moment: 03:12, -2h, or 2026-11-21T03:12:00Z"
        placeholder="03:12 or -2h"
        autoComplete="off"
        spellcheck={false}
        value={typed.value}
        onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
        onKeyDown={({ key }) => key === 'Enter' && enter()}
      />
      <button type="button" class="tool" onClick={enter}>
        go
      </button>
    </span>
  )
}

function Span() {
  return (
    <label>
      show{' '}
      <select
        class="tool"
        value={String(spanMs.value)}
        onChange={({ currentTarget }) => (spanMs.value = spans[currentTarget.selectedIndex]?.ms)}
      >
        {spans.map(({ text, ms }) => (
          <option key={text} value={String(ms)}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

function Marked() {
  const { events, worst } = marked.value
  const { fromMs = 0 } = timeWindow.value ?? {}
  return (
    <>
      {counted(events, 'event')} since {momentText(fromMs)}
      {worst !== null && (
        <span class={worst}>
          , worst: <span aria-hidden="true">{severityMark(worst).sign} </span>
          {worst}
        </span>
      )}
      {reboots.value.length > 0 && <span class="critical">, {rebooted()}</span>}
    </>
  )
}

function rebooted(): string {
  const [last] = reboots.value.slice(-1)
  const when = momentText(Date.parse(last?.until ?? ''))
  return reboots.value.length === 1
    ? `the node was rebooted before ${when}`
    : `the node was rebooted ${reboots.value.length} times, last before ${when}`
}
