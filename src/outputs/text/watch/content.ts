import stringWidth from 'string-width'
import { cutTo, type Style } from '../line.ts'
import { renderAbout } from './details.ts'
import { helpLines } from './help.ts'
import { eventRows, verdictRows } from './list-rows.ts'
import type { Picture } from './picture.ts'
import { holds, type Row } from './row.ts'
import { panes, type Overlay, type Pane, type Screen, type Size } from './screen.ts'
import { treeRows } from './tree-rows.ts'

/** What there is to see for a picture and a screen, before any of it is cut to what is visible. */
export interface Content {
  readonly rows: Readonly<Record<Pane, readonly Row[]>>
  /** Rows of each pane that are visible; 0: there is no room for the pane. */
  readonly heights: Readonly<Record<Pane, number>>
  /** Lines of the overlay, if there is one, and how many are visible. */
  readonly over: readonly string[]
  readonly overHeight: number
}

/** Lines above the panes, and the one below them. */
export const HEADER = 3
const FOOTER = 1
/** Columns beside the rows, for the mark of the selected one. */
export const GUTTER = 2

/**
 * Makes contents, and makes anew only what has changed: moving about in a forest of ten thousand processes costs no more
 * than what is visible.
 */
export function contentMaker(style: Pick<Style, 'color' | 'charset'>): (picture: Picture, screen: Screen) => Content {
  const tree = remember(
    (snapshot: Picture['snapshot'], folded: Screen['folded'], filter: string, scope: Screen['scope']) =>
      snapshot === undefined ? [] : treeRows(snapshot, { folded, filter, scope }, { ...style, width: null }),
    // A look that found nothing new leaves the tree as it is.
    (snapshot, ...chosen) => [
      snapshot?.daemons,
      snapshot?.shims,
      snapshot?.containers,
      snapshot?.verdicts,
      snapshot?.processes,
      snapshot?.pass.source,
      ...chosen,
    ],
  )
  const verdicts = remember((snapshot: Picture['snapshot'], filter: string) =>
    only(snapshot === undefined ? [] : verdictRows(snapshot), filter),
  )
  const events = remember((happened: Picture['events'], filter: string) => only(eventRows(happened), filter))
  // What the details are about stays known when its row is gone.
  let shown: Row | undefined

  return (picture, screen) => {
    const { snapshot } = picture
    const { size, filter, over } = screen
    const rows = {
      tree: tree(snapshot, screen.folded, filter, screen.scope),
      verdicts: verdicts(snapshot, filter),
      events: events(picture.events, filter),
    }
    if (over.kind === 'details') {
      shown =
        rows[screen.pane].find(({ id }) => id === over.id) ??
        (shown?.id === over.id ? shown : panes.flatMap((pane) => rows[pane]).find(({ id }) => id === over.id))
    }
    return {
      rows,
      heights: heightsOf(screen),
      over: overLines(over, shown, { ...style, width: size.columns }),
      overHeight: Math.max(size.rows - HEADER - FOOTER - 1, 0),
    }
  }
}

const only = (rows: readonly Row[], filter: string): readonly Row[] =>
  filter === '' ? rows : rows.filter((row) => holds(row, filter))

function overLines(over: Overlay, row: Row | undefined, style: Style): readonly string[] {
  switch (over.kind) {
    case 'none':
      return []
    case 'help':
      return helpLines.flatMap((line) => broken(line, style.width ?? 80))
    case 'details':
      return renderAbout(row?.about, style).flatMap((line) => broken(line, style.width ?? 80))
  }
}

/**
 * A word that is wider than the screen goes on in the next line, without its colour: nothing is cut off here. Colours are
 * the only control characters: what was read from the node is printable by now.
 */
function broken(line: string, width: number): readonly string[] {
  const plain = line.replaceAll(/\p{Cc}\[[\d;]*m/gu, '')
  if (stringWidth(plain) <= width) return [line]
  const lines: string[] = []
  for (let rest = plain; rest !== ''; ) {
    const first = cutTo(rest, width)
    // One character is wider than all of the screen.
    if (first === '') return [...lines, '…']
    lines.push(first)
    rest = rest.slice(first.length)
  }
  return lines
}

/** All three panes where there is room, each below a title; else the one that is in use. */
function heightsOf({ size, pane }: { readonly size: Size; readonly pane: Pane }): Record<Pane, number> {
  const room = Math.max(size.rows - HEADER - FOOTER, 0)
  if (room < 16) {
    const alone = { tree: 0, verdicts: 0, events: 0 }
    alone[pane] = Math.max(room - 1, 0)
    return alone
  }
  const events = Math.floor(room * 0.2)
  const verdicts = Math.floor(room * 0.25)
  return { tree: room - events - verdicts - 3, verdicts, events }
}

/** The last result, as long as what it depends on is the same. */
function remember<A extends readonly unknown[], R>(
  make: (...input: A) => R,
  dependsOn: (...input: A) => readonly unknown[] = (...input) => input,
): (...input: A) => R {
  let last: { readonly on: readonly unknown[]; readonly result: R } | undefined
  return (...input) => {
    const on = dependsOn(...input)
    if (last === undefined || on.some((one, index) => one !== last?.on[index])) last = { on, result: make(...input) }
    return last.result
  }
}
