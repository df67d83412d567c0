import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './app.tsx'
import { followNode } from './feed.ts'
import { formatPlace, parsePlace } from './place.ts'
import { nowMs, place, reveal, verdicts, view, wantsProcesses } from './state.ts'
import { visible } from './visible.ts'

/* The page: it follows the node, keeps the URL in step with what the reader looks at, and draws. */

const client = followNode(wantsProcesses.peek())
effect(() => client.wantProcesses(wantsProcesses.value))

effect(() => {
  const fragment = formatPlace(place.value)
  if (fragment === formatPlace(parsePlace(location.hash))) return
  const other = parsePlace(location.hash).at !== place.value.at
  const url = fragment === '' ? location.pathname + location.search : `#${fragment}`
  // Each row that was looked at is a step back; each letter of a search is not.
  if (other) history.pushState(null, '', url)
  else history.replaceState(null, '', url)
})
for (const moved of ['hashchange', 'popstate']) {
  addEventListener(moved, () => {
    const before = place.peek().at
    place.value = parsePlace(location.hash)
    if (place.peek().at !== before) reveal.value = { id: place.peek().at }
  })
}

effect(() => {
  const node = view.value?.hello.node
  const firing = verdicts.value.filter(({ status }) => status === 'firing').length
  document.title = `${firing > 0 ? `(${firing}) ` : ''}${node === undefined ? '' : `${visible(node)} · `}shimscope`
})

setInterval(() => {
  nowMs.value = Date.now()
}, 1000)

const root = document.getElementById('page')
if (root !== null) render(<App />, root)
