/** What the person at the keyboard has chosen. Together with the picture it says what is on the screen. */
export interface Screen {
  readonly size: Size
  readonly pane: Pane
  readonly places: Readonly<Record<Pane, Place>>
  readonly over: Overlay
  /** A line that is being typed, and what held before it. */
  readonly typing: { readonly what: 'search' | 'filter'; readonly before: string } | undefined
  readonly search: string
  readonly filter: string
  readonly scope: 'everything' | 'wrong'
  readonly processes: 'shown' | 'hidden'
  /** Ids of rows whose branches are folded. */
  readonly folded: ReadonlySet<string>
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

export const panes = ['tree', 'verdicts', 'events'] as const
export type Pane = (typeof panes)[number]

/** Where the person is in a pane. The selection stays with its row when others come and go. */
export interface Place {
  /** `undefined`: whatever is at the index, as at the top of events, where the newest comes in. */
  readonly id: string | undefined
  readonly index: number
  /** The first row that is visible. */
  readonly top: number
}

export type Overlay =
  | { readonly kind: 'none' }
  | { readonly kind: 'help'; readonly top: number }
  /** About this row, also when it is no longer there. */
  | { readonly kind: 'details'; readonly id: string; readonly top: number }

const start: Place = { id: undefined, index: 0, top: 0 }

export const newScreen = (size: Size): Screen => ({
  size,
  pane: 'tree',
  places: { tree: start, verdicts: start, events: start },
  over: { kind: 'none' },
  typing: undefined,
  search: '',
  filter: '',
  scope: 'everything',
  processes: 'hidden',
  folded: new Set(),
})
