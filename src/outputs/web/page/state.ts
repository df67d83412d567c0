import { computed, signal } from '@preact/signals'
import type { NodeEvent } from '../../../core/model/event.ts'
import type { View } from '../../../core/snapshot/receive.ts'
import type { Link } from '../../live/client.ts'
import { treeGrower, type TreeNode, wayTo } from './grow-tree.ts'
import { parsePlace, type Place } from './place.ts'
import { rowsOf } from './rows.ts'
import { searchTree } from './search.ts'

/* What the page knows and what the reader chose. Everything else is computed from it. */

/** What the feed has told; drawn as it is. */
export const view = signal<View | undefined>(undefined)
export const events = signal<readonly NodeEvent[]>([])
export const link = signal<'connecting' | Link['state']>('connecting')
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
  if (view.value === undefined) return nowMs.value
  const takenAtMs = Date.parse(view.value.takenAt)
  return view.value.current?.pass.source === 'archive'
    ? takenAtMs
    : takenAtMs + Math.max(0, nowMs.value - seenAtMs.value)
})

export const place = signal<Place>(parsePlace(location.hash))
/** What the reader folded or unfolded. */
export const chosen = signal<ReadonlyMap<string, boolean>>(new Map())
/** Id of the row that the keyboard is at. */
export const active = signal('')
/** Asks the tree to bring a row into sight; a new object each time. */
export const reveal = signal<{ readonly id: string }>({ id: place.peek().at })

/** Whether the feed is asked for processes: they are many, so only when somebody wants to see some. */
export const wantsProcesses = computed(() => {
  const { processes, at } = place.value
  if (processes || at.startsWith('process|') || at.startsWith('others|')) return true
  for (const [id, open] of chosen.value) if (open && id.startsWith('container|')) return true
  return false
})

const nothing = { daemons: [], shims: [], containers: [], verdicts: [], processes: undefined }
const current = computed(() => view.value?.current ?? nothing)
export const containers = computed(() => current.value.containers)
export const verdicts = computed(() => current.value.verdicts)
export const processesKnown = computed(() => current.value.processes !== undefined)

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
    known: wantsProcesses.value && processesKnown.value,
  }),
)
export const indexOf = computed(() => new Map(rows.value.map(({ node }, index) => [node.id, index])))

const selectedId = computed(() => place.value.at)
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
  if (next.at !== place.peek().at && next.at !== '') active.value = next.at
  place.value = next
}

export function setFold(id: string, open: boolean): void {
  chosen.value = new Map(chosen.peek()).set(id, open)
}

/** Selects a row and brings it into sight. */
export function show(id: string): void {
  go({ at: id, verdict: '' })
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
