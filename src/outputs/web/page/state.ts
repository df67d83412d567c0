import { computed, signal } from '@preact/signals'
import type { NodeEvent } from '../../../core/model/event.ts'
import type { View } from '../../../core/snapshot/receive.ts'
import type { Link } from '../../live/client.ts'
import { treeGrower, type TreeNode, wayTo } from './grow-tree.ts'
import type { Reboot } from './past-answers.ts'
import { parsePlace, type Place } from './place.ts'
import { rowsOf } from './rows.ts'
import { searchTree } from './search.ts'

/* What the page knows and what the reader chose. Everything else is computed from it. */

/** What the feed has told: the node as it is now. */
export const live = signal<View | undefined>(undefined)
export const liveEvents = signal<readonly NodeEvent[]>([])
export const link = signal<'connecting' | Link['state']>('connecting')
/** The agent was asked for processes, and has none: what it plays is from a journal. */
export const lacksProcesses = signal(false)
/** When the picture last advanced, by this browser's clock: its age needs no clock of the node. */
export const seenAtMs = signal(Date.now())
/** Row and verdict ids that have just changed, and how often each did. */
export const changes = signal<ReadonlyMap<string, number>>(new Map())
/** Ticks once a second. */
export const nowMs = signal(Date.now())

/**
 * What the node's clock shows, told by its last picture and the time since: ages need no clock that agrees with it. A
 * recording's clock stands still.
 */
export const nodeNowMs = computed(() => {
  if (live.value === undefined) return nowMs.value
  const takenAtMs = Date.parse(live.value.takenAt)
  return live.value.current?.pass.source === 'archive'
    ? takenAtMs
    : takenAtMs + Math.max(0, nowMs.value - seenAtMs.value)
})

export const place = signal<Place>(parsePlace(location.hash))

/** The moment of the past that is looked at, in ms since 1970; `undefined`: now. */
export const pastMs = computed(() => (place.value.at === '' ? undefined : Date.parse(place.value.at)))
/** The node as it was, and at which moment; while another moment is asked for, the one before. */
export const pastPicture = signal<
  | {
      readonly atMs: number
      readonly view: View
      readonly events: readonly NodeEvent[]
      readonly reboots: readonly Reboot[]
    }
  | undefined
>(undefined)

/* What is drawn: now or then, never a mixture. */
export const view = computed(() => (pastMs.value === undefined ? live.value : pastPicture.value?.view))
export const events = computed(() =>
  pastMs.value === undefined ? liveEvents.value : (pastPicture.value?.events ?? []),
)
/** The moment of the past that is drawn, not the one that is wanted, once there is one; `undefined`: now. */
export const drawnMs = computed(() =>
  pastMs.value === undefined ? undefined : (pastPicture.value?.atMs ?? pastMs.value),
)
/** The same as a URL has it. */
export const drawnAt = computed(() => (drawnMs.value === undefined ? '' : new Date(drawnMs.value).toISOString()))
/** Ages are as of what is drawn. */
export const shownAtMs = computed(() => drawnMs.value ?? nodeNowMs.value)
/** What the reader folded or unfolded. */
export const chosen = signal<ReadonlyMap<string, boolean>>(new Map())
/** Id of the row that the keyboard is at. */
export const active = signal('')
/** Asks the tree to bring a row into sight; a new object each time. */
export const reveal = signal<{ readonly id: string }>({ id: place.peek().row })

/** Whether processes are drawn: they are many, so only when somebody wants to see some. The journal has none. */
export const wantsProcesses = computed(() => {
  const { processes, row } = place.value
  if (pastMs.value !== undefined) return false
  if (processes || row.startsWith('process|') || row.startsWith('others|')) return true
  for (const [id, open] of chosen.value) if (open && id.startsWith('container|')) return true
  return false
})

const nothing = { daemons: [], shims: [], containers: [], verdicts: [], processes: undefined }
const current = computed(() => view.value?.current ?? nothing)
export const containers = computed(() => current.value.containers)
export const verdicts = computed(() => current.value.verdicts)
export const processesKnown = computed(() => current.value.processes !== undefined)
/** No journal has any, be it looked back into or played. */
export const noProcesses = computed(() => pastMs.value !== undefined || lacksProcesses.value)

const grow = treeGrower()
const tree = computed(() => {
  const { processes, ...collections } = current.value
  return grow(wantsProcesses.value ? { ...collections, processes } : collections)
})
const search = computed(() => place.value.search)
const onlyWrong = computed(() => place.value.onlyWrong)
export const found = computed(() => searchTree(tree.value, { text: search.value, onlyWrong: onlyWrong.value }))
const processesTicked = computed(() => place.value.processes)
export const rows = computed(() =>
  rowsOf(found.value.roots, {
    chosen: chosen.value,
    leading: found.value.leading,
    processes: processesTicked.value,
    known: noProcesses.value || (wantsProcesses.value && processesKnown.value),
  }),
)
export const indexOf = computed(() => new Map(rows.value.map(({ node }, index) => [node.id, index])))

const selectedId = computed(() => place.value.row)
let last: TreeNode | undefined
/** The selected row's subject. Of one that is gone, what was last seen. */
export const selected = computed<{ readonly node: TreeNode; readonly gone: boolean } | undefined>(() => {
  const id = selectedId.value
  if (id === '') return undefined
  const node = wayTo(id, tree.value).at(-1)
  if (node !== undefined) last = node
  if (last?.id !== id) return undefined
  return { node: last, gone: node === undefined }
})

/** Goes somewhere else; with another row or verdict, the browser's way back leads here again. */
export function go(to: Partial<Place>): void {
  const next = { ...place.peek(), ...to }
  if (next.row !== place.peek().row && next.row !== '') active.value = next.row
  place.value = next
}

export function setFold(id: string, open: boolean): void {
  chosen.value = new Map(chosen.peek()).set(id, open)
}

/** Selects a row and brings it into sight. */
export function show(id: string): void {
  go({ row: id, verdict: '' })
  reveal.value = { id }
}

/** Unfolds what a row is in. */
export function unfoldTo(id: string): void {
  const above = wayTo(id, tree.peek()).slice(0, -1)
  if (above.length === 0) return
  const next = new Map(chosen.peek())
  for (const node of above) {
    // A container need not be unfolded for the daemons in it: they are in sight anyway.
    if (id.startsWith('process|') || node.subject.kind !== 'container') next.set(node.id, true)
  }
  chosen.value = next
}
