import { renderLine, type Span, type Style } from './line.ts'

/** A branch as it is drawn: its own line, lines that belong to it, and what hangs below. */
export interface Drawn {
  readonly label: readonly Span[]
  /** Made for the width that is left beside the lines of the tree. */
  readonly notes: (width: number | null) => readonly (readonly Span[])[]
  readonly children: readonly Drawn[]
}

const lines = {
  utf8: { child: '├─ ', last: '└─ ', through: '│  ', past: '   ' },
  ascii: { child: '|- ', last: '`- ', through: '|  ', past: '   ' },
}

/** Deeper branches are drawn no further to the right: ten thousand levels must not take ten thousand columns. */
const MAX_INDENT = 48

interface Work {
  readonly drawn: Drawn
  readonly first: string
  readonly rest: string
}

/** Without recursion: how deep a tree is, is up to the processes on the node. */
export function draw(roots: readonly Drawn[], style: Style): readonly string[] {
  const marks = lines[style.charset]
  const result: string[] = []
  const work: Work[] = roots.map((drawn) => ({ drawn, first: '', rest: '' })).reverse()
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { drawn, first, rest } = next
    result.push(renderLine([{ text: first, tone: 'dim' }, ...drawn.label], style))
    const below = drawn.children.length > 0 ? marks.through : marks.past
    const noted = rest.length >= MAX_INDENT ? rest : rest + below
    for (const note of drawn.notes(style.width === null ? null : Math.max(style.width - noted.length, 20))) {
      result.push(renderLine([{ text: noted, tone: 'dim' }, ...note], style))
    }
    for (let index = drawn.children.length - 1; index >= 0; index -= 1) {
      const child = drawn.children[index]
      if (child === undefined) continue
      const isLast = index === drawn.children.length - 1
      work.push({
        drawn: child,
        first: rest + (isLast ? marks.last : marks.child),
        rest: rest.length >= MAX_INDENT ? rest : rest + (isLast ? marks.past : marks.through),
      })
    }
  }
  return result
}
