import type { Snapshot } from '../../../core/model/snapshot.ts'
import { type Drawn, type Subject, trace } from '../draw.ts'
import { verdictNotes } from '../labels.ts'
import { span, type Style } from '../line.ts'
import { drawForest } from '../tree.ts'
import { type Row, wordsOf } from './row.ts'
import type { Screen } from './screen.ts'

/** The forest as rows: what `shimscope tree` draws, with branches that fold and each verdict in a row of its own. */
export function treeRows(
  snapshot: Snapshot,
  { folded, filter, scope }: Pick<Screen, 'folded' | 'filter' | 'scope'>,
  style: Style,
): readonly Row[] {
  let forest = drawForest(snapshot, style)
  if (scope === 'wrong') forest = prune(forest, isWrong)
  if (filter !== '') forest = prune(forest, (drawn) => wordsAbout(drawn).includes(filter.toLowerCase()))
  const rows: Row[] = []
  for (const { drawn, first, noted } of trace(forest, style, (drawn) => !folded.has(idOf(drawn)))) {
    const id = idOf(drawn)
    const branch = drawn.children.length === 0 ? 'leaf' : folded.has(id) ? 'folded' : 'open'
    rows.push({
      id,
      spans: [span(first, 'dim'), ...(branch === 'folded' ? [span('[+] ', 'strong')] : []), ...drawn.label],
      words: () => wordsAbout(drawn),
      branch,
      about: drawn.of,
    })
    for (const verdict of verdictsOf(drawn.of)) {
      const [line = []] = verdictNotes(verdict, null, style)
      rows.push({
        id: `verdict ${verdict.key}`,
        spans: [span(noted, 'dim'), ...line],
        words: () => wordsOf(verdict),
        branch: 'leaf',
        about: { kind: 'verdict', verdict },
      })
    }
  }
  return rows
}

const verdictsOf = (subject: Subject | undefined) =>
  subject === undefined || subject.kind === 'process' || subject.kind === 'verdict' ? [] : subject.verdicts

const isWrong = ({ of }: Drawn): boolean => verdictsOf(of).length > 0 || of?.kind === 'verdict'

function idOf({ of, label }: Drawn): string {
  switch (of?.kind) {
    case undefined:
      return `heading ${label[0]?.text}`
    case 'process':
      return `process ${of.process.key}`
    case 'verdict':
      return `elsewhere ${of.verdict.key}`
    case 'daemon':
    case 'shim':
    case 'container':
      return `${of.kind} ${of.key}`
  }
}

/** Without its children: they have rows of their own. */
function wordsAbout({ of, label }: Drawn): string {
  const shown = label.map(({ text }) => text).join('')
  switch (of?.kind) {
    case undefined:
      return shown.toLowerCase()
    case 'daemon':
      return wordsOf([shown, of.daemon, of.verdicts])
    case 'shim':
      return wordsOf([shown, of.shim, of.verdicts])
    case 'container':
      return wordsOf([shown, of.container, of.verdicts])
    case 'process':
      return wordsOf([shown, of.process])
    case 'verdict':
      return wordsOf([shown, of.verdict])
  }
}

/**
 * What fits stays whole, with the way to it. Without recursion, as drawing: how deep a tree is, is up to the processes
 * on the node.
 */
function prune(roots: readonly Drawn[], fits: (drawn: Drawn) => boolean): readonly Drawn[] {
  interface Visit {
    readonly drawn: Drawn
    readonly kept: Drawn[]
    readonly above: Drawn[]
    readonly whole: boolean
  }
  const result: Drawn[] = []
  const visits: Visit[] = []
  const work: { drawn: Drawn; above: Drawn[] }[] = roots.map((drawn) => ({ drawn, above: result })).reverse()
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { drawn, above } = next
    const kept: Drawn[] = []
    const whole = fits(drawn)
    visits.push({ drawn, kept, above, whole })
    if (whole) continue
    for (let index = drawn.children.length - 1; index >= 0; index -= 1) {
      const child = drawn.children[index]
      if (child !== undefined) work.push({ drawn: child, above: kept })
    }
  }
  // From the last visited to the first: what is below comes before what is above it.
  for (const { drawn, kept, above, whole } of visits.reverse()) {
    if (whole) above.push(drawn)
    else if (kept.length > 0) above.push({ ...drawn, children: kept.reverse() })
  }
  return result.reverse()
}
