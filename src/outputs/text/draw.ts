import type { Process, Verdict } from '../../core/model/snapshot.ts'
import type { Branch } from '../../core/snapshot/nest.ts'
import { renderLine, type Span, type Style } from './line.ts'

/** A branch as it is drawn: its own line, lines that belong to it, and what hangs below. */
export interface Drawn {
  readonly label: readonly Span[]
  /** Made for the width that is left beside the lines of the tree. */
  readonly notes: (width: number | null) => readonly (readonly Span[])[]
  readonly children: readonly Drawn[]
  /** What it stands for; absent for a heading. */
  readonly of?: Subject
}

export type Subject =
  | Branch
  | { readonly kind: 'process'; readonly process: Process }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }

/** A branch at its place: what stands before its own line, before its notes, and before what is below it. */
export interface Traced {
  readonly drawn: Drawn
  readonly first: string
  readonly noted: string
}

const lines = {
  utf8: { child: '├─ ', last: '└─ ', through: '│  ', past: '   ' },
  ascii: { child: '|- ', last: '`- ', through: '|  ', past: '   ' },
}

/** Deeper branches are drawn no further to the right: ten thousand levels must not take ten thousand columns. */
const MAX_INDENT = 48

export function draw(roots: readonly Drawn[], style: Style): readonly string[] {
  const result: string[] = []
  for (const { drawn, first, noted } of trace(roots, style)) {
    result.push(renderLine([{ text: first, tone: 'dim' }, ...drawn.label], style))
    for (const note of drawn.notes(style.width === null ? null : Math.max(style.width - noted.length, 20))) {
      result.push(renderLine([{ text: noted, tone: 'dim' }, ...note], style))
    }
  }
  return result
}

interface Work {
  readonly drawn: Drawn
  readonly first: string
  readonly rest: string
}

/**
 * Every branch from the top down, with the lines that lead to it. Without recursion: how deep a tree is, is up to the
 * processes on the node. What is closed is there, what is below it is not.
 */
export function* trace(
  roots: readonly Drawn[],
  { charset }: Pick<Style, 'charset'>,
  isOpen: (drawn: Drawn) => boolean = () => true,
): Generator<Traced> {
  const marks = lines[charset]
  const work: Work[] = roots.map((drawn) => ({ drawn, first: '', rest: '' })).reverse()
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { drawn, first, rest } = next
    const open = isOpen(drawn)
    const below = open && drawn.children.length > 0 ? marks.through : marks.past
    yield { drawn, first, noted: rest.length >= MAX_INDENT ? rest : rest + below }
    if (!open) continue
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
}
