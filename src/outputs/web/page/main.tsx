import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './app.tsx'
import { followNode } from './feed.ts'
import { startLookingBack } from './look-back.ts'
import { pastText } from './moment.ts'
import { formatPlace, parsePlace, type Place } from './place.ts'
import { startPlaying } from './play.ts'
import { drawnMs, live, nodeNowMs, nowMs, pastMs, place, reveal, verdicts, view, wantsProcesses } from './state.ts'
import { startTimeline } from './timeline.ts'
import { visible } from './visible.ts'

/* The page: it follows the node, keeps the URL in step with what the reader looks at, and draws. */

const client = followNode(wantsProcesses.peek())
effect(() => {
  // What is wanted of the present is decided there: a glance at the past does not break the connection.
  if (pastMs.value === undefined) client.wantProcesses(wantsProcesses.value)
})
startTimeline()
startLookingBack()
startPlaying()

/** After so many ms without another moment the URL holds it: browsers bear only so many changes of it. */
const settledMs = 250
let settling: ReturnType<typeof setTimeout> | undefined

effect(() => {
  const wanted = place.value
  clearTimeout(settling)
  const before = parsePlace(location.hash)
  const onlyMoved =
    before.at !== '' && wanted.at !== '' && formatPlace({ ...wanted, at: before.at }) === formatPlace(before)
  if (onlyMoved) settling = setTimeout(() => writeUrl(wanted), settledMs)
  else writeUrl(wanted)
})

function writeUrl(wanted: Place): void {
  const before = parsePlace(location.hash)
  const fragment = formatPlace(wanted)
  if (fragment === formatPlace(before)) return
  const url = fragment === '' ? location.pathname + location.search : `#${fragment}`
  // Each row that was looked at is a step back, and so is the past; each letter of a search and each moment is not.
  if (before.row !== wanted.row || (before.at === '') !== (wanted.at === '')) history.pushState(null, '', url)
  else history.replaceState(null, '', url)
}
for (const moved of ['hashchange', 'popstate']) {
  addEventListener(moved, () => {
    clearTimeout(settling)
    const before = place.peek().row
    place.value = parsePlace(location.hash)
    if (place.peek().row !== before) reveal.value = { id: place.peek().row }
  })
}

effect(() => {
  const node = (view.value ?? live.value)?.hello.node
  const firing = verdicts.value.filter(({ status }) => status === 'firing').length
  document.documentElement.classList.toggle('looking-back', pastMs.value !== undefined)
  const when = drawnMs.value === undefined ? '' : `the past: ${pastText(drawnMs.value, nodeNowMs.value)} · `
  document.title = `${when}${firing > 0 ? `(${firing}) ` : ''}${node === undefined ? '' : `${visible(node)} · `}shimscope`
})

setInterval(() => {
  nowMs.value = Date.now()
}, 1000)

const root = document.getElementById('page')
if (root !== null) render(<App />, root)
