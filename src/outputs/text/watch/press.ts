import type { Content } from './content.ts'
import type { Key, NamedKey } from './keys.ts'
import { holds, type Row } from './row.ts'
import { panes, type Place, type Screen } from './screen.ts'

/** What a key asks for beyond another screen. */
export type Effect = 'none' | 'quit' | 'suspend' | 'redraw'

export interface Pressed {
  readonly screen: Screen
  readonly effect: Effect
}

/** The screen after a key. Everything that it does not name stays as it is. */
export function press(screen: Screen, key: Key, content: Content): Pressed {
  if ('name' in key) {
    if (key.name === 'ctrl-c') return { screen, effect: 'quit' }
    if (key.name === 'ctrl-z') return { screen, effect: 'suspend' }
    if (key.name === 'ctrl-l') return { screen, effect: 'redraw' }
  }
  if (screen.typing !== undefined) return only(type(screen, screen.typing, key, content))
  if ('name' in key && key.name === 'f10') return { screen, effect: 'quit' }
  if (screen.over.kind !== 'none') return only(leaf(screen, screen.over, key, content))
  if ('char' in key && key.char === 'q') return { screen, effect: 'quit' }
  return only('name' in key ? byName(screen, key.name, content) : byChar(screen, key.char, content))
}

const only = (screen: Screen): Pressed => ({ screen, effect: 'none' })

/** Everything is within its bounds again: call it after whatever may have changed the content. */
export function settle(screen: Screen, content: Content): Screen {
  const places = { ...screen.places }
  for (const pane of panes) places[pane] = settlePlace(places[pane], content.rows[pane], content.heights[pane])
  const { over } = screen
  if (over.kind === 'none') return { ...screen, places }
  const last = Math.max(content.over.length - content.overHeight, 0)
  return { ...screen, places, over: { ...over, top: Math.min(Math.max(over.top, 0), last) } }
}

function settlePlace({ id, index, top }: Place, rows: readonly Row[], height: number): Place {
  const found = id === undefined || rows[index]?.id === id ? index : rows.findIndex((row) => row.id === id)
  // Where the selected row is gone, the one that took its place is selected.
  const at = Math.min(found < 0 ? index : found, Math.max(rows.length - 1, 0))
  const lowest = Math.max(rows.length - height, 0)
  const seen = Math.min(Math.max(top, at - height + 1), at)
  return { id: id === undefined ? undefined : rows[at]?.id, index: at, top: Math.min(Math.max(seen, 0), lowest) }
}

function byName(screen: Screen, name: NamedKey, content: Content): Screen {
  const { pane } = screen
  const rows = content.rows[pane]
  const { index } = screen.places[pane]
  const row = rows[index]
  const page = Math.max(content.heights[pane] - 1, 1)
  switch (name) {
    case 'up':
      return go(screen, content, index - 1)
    case 'down':
      return go(screen, content, index + 1)
    case 'pageup':
      return go(screen, content, index - page)
    case 'pagedown':
      return go(screen, content, index + page)
    case 'home':
      // At the top, whatever comes in there.
      return { ...screen, places: { ...screen.places, [pane]: { id: undefined, index: 0, top: 0 } } }
    case 'end':
      return go(screen, content, rows.length - 1)
    case 'left':
      return row?.branch === 'open' ? fold(screen, row) : go(screen, content, above(rows, index))
    case 'right':
      return row?.branch === 'folded' ? fold(screen, row) : screen
    case 'tab':
      return { ...screen, pane: panes[(panes.indexOf(pane) + 1) % panes.length] ?? pane }
    case 'backtab':
      return { ...screen, pane: panes[(panes.indexOf(pane) + panes.length - 1) % panes.length] ?? pane }
    case 'enter':
      return row === undefined ? screen : { ...screen, over: { kind: 'details', id: row.id, top: 0 } }
    case 'f1':
      return { ...screen, over: { kind: 'help', top: 0 } }
    case 'f3':
      return screen.search === '' ? ask(screen, 'search') : find(screen, content, 1)
    case 'f4':
      return ask(screen, 'filter')
    case 'f6':
      return { ...screen, scope: screen.scope === 'wrong' ? 'everything' : 'wrong' }
    case 'escape':
    case 'backspace':
    case 'ctrl-c':
    case 'ctrl-l':
    case 'ctrl-z':
    case 'f10':
      return screen
  }
}

function byChar(screen: Screen, char: string, content: Content): Screen {
  const { pane } = screen
  const row = content.rows[pane][screen.places[pane].index]
  switch (char) {
    case ' ':
      return row === undefined ? screen : fold(screen, row)
    case '-':
      return row?.branch === 'open' ? fold(screen, row) : screen
    case '+':
      return row?.branch === 'folded' ? fold(screen, row) : screen
    case '*':
      return { ...screen, folded: new Set(screen.folded.size > 0 ? [] : branchesOf(content)) }
    case 'w':
      return byName(screen, 'f6', content)
    case 'p':
      return { ...screen, processes: screen.processes === 'shown' ? 'hidden' : 'shown' }
    case '/':
      return ask({ ...screen, search: '' }, 'search')
    case '\\':
      return byName(screen, 'f4', content)
    case 'n':
      return find(screen, content, 1)
    case 'N':
      return find(screen, content, -1)
    case 'h':
    case '?':
      return byName(screen, 'f1', content)
    default:
      return screen
  }
}

/** In the help and in details: arrows scroll, anything that sounds like leaving leaves. */
function leaf(screen: Screen, over: Exclude<Screen['over'], { kind: 'none' }>, key: Key, content: Content): Screen {
  const to = (top: number): Screen => ({ ...screen, over: { ...over, top } })
  const none: Screen = { ...screen, over: { kind: 'none' } }
  if ('char' in key) return key.char === ' ' ? to(over.top + content.overHeight) : none
  switch (key.name) {
    case 'up':
      return to(over.top - 1)
    case 'down':
      return to(over.top + 1)
    case 'pageup':
      return to(over.top - content.overHeight)
    case 'pagedown':
      return to(over.top + content.overHeight)
    case 'home':
      return to(0)
    case 'end':
      return to(content.over.length)
    default:
      return none
  }
}

/** A search moves to the first match as it is typed; a filter leaves only what fits. */
function type(screen: Screen, typing: NonNullable<Screen['typing']>, key: Key, content: Content): Screen {
  const { what } = typing
  const typed = (text: string): Screen => {
    const next: Screen = { ...screen, [what]: text }
    return what === 'search' && text !== '' ? find(next, content, 0) : next
  }
  if ('char' in key) return typed(screen[what] + key.char)
  switch (key.name) {
    case 'backspace':
      return typed([...screen[what]].slice(0, -1).join(''))
    case 'enter':
      return { ...screen, typing: undefined }
    case 'f3':
      return find(screen, content, 1)
    case 'escape':
      return { ...screen, typing: undefined, [what]: typing.before }
    default:
      return screen
  }
}

const ask = (screen: Screen, what: 'search' | 'filter'): Screen => ({
  ...screen,
  typing: { what, before: screen[what] },
})

function go(screen: Screen, { rows }: Content, wanted: number): Screen {
  const { pane, places } = screen
  const index = Math.min(Math.max(wanted, 0), Math.max(rows[pane].length - 1, 0))
  return { ...screen, places: { ...places, [pane]: { ...places[pane], id: rows[pane][index]?.id, index } } }
}

/** The next match in this direction, around the end; 0: the selected row counts too. */
function find(screen: Screen, content: Content, direction: 1 | 0 | -1): Screen {
  const { pane, search } = screen
  const rows = content.rows[pane]
  if (search === '') return screen
  const { index } = screen.places[pane]
  for (let tried = 0; tried < rows.length; tried += 1) {
    const ahead = direction === 0 ? tried : direction * (tried + 1)
    const at = (index + ahead + 2 * rows.length) % rows.length
    const row = rows[at]
    if (row !== undefined && holds(row, search)) return go(screen, content, at)
  }
  return screen
}

function fold(screen: Screen, { id, branch }: Row): Screen {
  if (branch === 'leaf') return screen
  const folded = new Set(screen.folded)
  if (!folded.delete(id)) folded.add(id)
  return { ...screen, folded }
}

const branchesOf = ({ rows }: Content): readonly string[] =>
  rows.tree.filter(({ branch }) => branch !== 'leaf').map(({ id }) => id)

/** The branch that holds the row: the nearest one before it that begins further to the left. */
function above(rows: readonly Row[], index: number): number {
  const depth = depthOf(rows[index])
  for (let at = index - 1; at >= 0; at -= 1) if (depthOf(rows[at]) < depth) return at
  return index
}

const depthOf = (row: Row | undefined): number => row?.spans[0]?.text.length ?? 0
