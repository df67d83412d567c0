import type { Snapshot, Verdict } from '../../core/model/snapshot.ts'
import { columns } from './columns.ts'
import { renderAge } from './duration.ts'
import { paint, type Style, wrap } from './line.ts'
import { subjectName } from './names.ts'
import { printable } from './printable.ts'
import { renderSummary } from './summary.ts'

const severities = ['critical', 'warning', 'info']

export const worstFirst = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  [...verdicts].sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      Number(a.status === 'pending') - Number(b.status === 'pending') ||
      a.code.localeCompare(b.code),
  )

/** A table as `kubectl get` prints it, the worst first, with the evidence and a safe next step below each row. */
export function renderVerdicts(snapshot: Snapshot, style: Style): string {
  const verdicts = worstFirst(snapshot.verdicts)
  const summary = renderSummary(snapshot, style)
  if (verdicts.length === 0)
    return `${[...summary, '', 'No verdicts: nothing here is known to be wrong.'].join('\n')}\n`
  const [header = '', ...rows] = columns([
    ['SEVERITY', 'CODE', 'STATUS', 'AGE', 'SUBJECT'],
    ...verdicts.map((verdict) => [
      verdict.severity,
      printable(verdict.code),
      verdict.status,
      renderAge(Date.parse(snapshot.takenAt) - Date.parse(verdict.since)),
      subjectName(verdict.subject),
    ]),
  ])
  const lines = verdicts.flatMap((verdict, index) => [
    '',
    paint(rows[index] ?? '', verdict.severity, style),
    ...renderDetails(verdict, style),
  ])
  return `${[...summary, '', paint(header, 'strong', style), ...lines.slice(1)].join('\n')}\n`
}

/** Nothing is cut off here: evidence is there to be checked, and to be pasted into an issue. */
export function renderDetails(verdict: Verdict, style: Style): readonly string[] {
  const block = (text: string, first: string): readonly string[] =>
    wrap(printable(text), style.width === null ? null : Math.max(style.width - first.length, 20)).map(
      (line, index) => (index === 0 ? first : ' '.repeat(first.length)) + line,
    )
  const resembles = verdict.resembles.length === 0 ? [] : block(`resembles: ${verdict.resembles.join(', ')}`, '  ')
  return [
    ...block(verdict.summary, '  '),
    ...verdict.evidence.flatMap(({ source, observed }) => block(`${source}: ${observed}`, '  - ')),
    ...block(`next: ${verdict.next}`, '  '),
    ...resembles.map((line) => paint(line, 'dim', style)),
  ]
}
