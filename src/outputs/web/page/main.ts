import type { NodeEvent } from '../../../core/model/event.ts'
import { nest } from '../../../core/snapshot/nest.ts'
import type { View } from '../../../core/snapshot/receive.ts'
import { keepConnected } from './connection.ts'
import { byId, setText } from './dom.ts'
import { filterForest } from './filter.ts'
import { showEvents } from './show-events.ts'
import { showForest } from './show-forest.ts'
import { showGlance } from './show-glance.ts'
import { refreshAges, showVerdicts } from './show-verdicts.ts'
import { mergeEvents } from './timeline.ts'
import { ageOf, cards, notices } from './wording.ts'

/** After the first picture, in ms; what is drawn later is shown as a change. */
const settleMs = 1000

let view: View | undefined
let events: readonly NodeEvent[] = []
let state: 'connecting' | 'live' | 'broken' = 'connecting'
let heardAtMs = Date.now()

const search = byId('search') as HTMLInputElement
const onlyWrong = byId('only-wrong') as HTMLInputElement

// Many frames may come between two pictures; only the last is drawn.
let asked = false
function draw(): void {
  if (asked) return
  asked = true
  requestAnimationFrame(() => {
    asked = false
    const current = view?.current
    if (view === undefined || current === undefined) return
    document.title = `${current.verdicts.length > 0 ? `(${current.verdicts.length}) ` : ''}${view.hello.node} · shimscope`
    setText(byId('node'), view.hello.node)
    const notice = notices(current.pass, view.takenAt)
    byId('notices').hidden = notice === ''
    setText(byId('notices'), notice)
    showGlance(cards(current))
    showVerdicts(current.verdicts)
    const forest = nest(current)
    const none = forest.length === 0 ? 'No container runtime was found on this node.' : 'Nothing fits the search.'
    showForest(filterForest(forest, { text: search.value, onlyWrong: onlyWrong.checked }), none)
    showEvents(events)
    showFreshness()
    setTimeout(() => document.body.classList.add('settled'), settleMs)
  })
}

function showFreshness(): void {
  const freshness = byId('freshness')
  const age = ageOf(heardAtMs, Date.now())
  const source = view?.current?.pass.source === 'archive' ? 'recording' : 'live'
  freshness.dataset['state'] = state
  setText(
    freshness,
    state === 'connecting'
      ? 'Connecting…'
      : state === 'broken'
        ? `No connection for ${age}; trying again…`
        : `${source} · heard ${age} ago`,
  )
}

/** Says aloud what one should not miss. */
function speak(happened: readonly NodeEvent[]): void {
  const worth = happened.filter(
    ({ type }) => type.startsWith('verdict-') || type === 'daemon-restarted' || type === 'daemon-stopped',
  )
  if (worth.length > 0) setText(byId('spoken'), worth.map(({ summary }) => summary).join('. '))
}

async function loadEvents(): Promise<void> {
  const response = await fetch('api/v1/events')
  if (!response.ok) return
  const known = (await response.json()) as { readonly events: readonly NodeEvent[] }
  events = mergeEvents(known.events, events)
  draw()
}

keepConnected({
  open(query, heard, closed) {
    const url = new URL(`api/v1/live${query && `?${query}`}`, location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(url)
    socket.onmessage = ({ data }) => heard(String(data))
    socket.onclose = ({ code }) => closed(code)
    return socket
  },
  seen(next, frame) {
    view = next
    heardAtMs = Date.now()
    if (frame.type === 'snapshot') {
      // What happened while nobody looked is not in a snapshot.
      events = []
      loadEvents().catch(() => {})
    }
    if (frame.type === 'delta') {
      events = mergeEvents(events, frame.events)
      speak(frame.events)
    }
    if (frame.type !== 'heartbeat') draw()
  },
  state(next) {
    state = next
    showFreshness()
  },
})

search.addEventListener('input', draw)
onlyWrong.addEventListener('change', draw)
setInterval(() => {
  showFreshness()
  refreshAges(Date.now())
}, 1000)
