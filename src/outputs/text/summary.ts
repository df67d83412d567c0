import type { Snapshot } from '../../core/model/snapshot.ts'
import { counted } from './labels.ts'
import { paint, type Span, span, type Style, wrap } from './line.ts'
import { printable } from './printable.ts'

/** What was seen, and what could not be: nobody shall take an incomplete tree for the whole. */
export function renderSummary(snapshot: Snapshot, style: Style): readonly string[] {
  const said: readonly Span[] = [
    span(`${printable(snapshot.node)} at ${snapshot.takenAt}: ${countsOf(snapshot)}`, 'strong'),
    verdictCount(snapshot),
    ...blindness(snapshot).map((text) => span(text, 'warning')),
  ]
  return said.flatMap(({ text, tone }) => wrap(text, style.width).map((line) => paint(line, tone, style)))
}

export const noProcesses = 'Single processes are not known: this is from a journal, which keeps none.'

/** What the reader should know about what is not shown. */
export const renderNotice = (text: string, style: Style): readonly string[] =>
  wrap(text, style.width).map((line) => paint(line, 'dim', style))

export const countsOf = ({ daemons, shims, containers, pass }: Snapshot): string =>
  [
    counted(daemons.length, 'daemon', 'daemons'),
    counted(shims.length, 'shim', 'shims'),
    counted(containers.length, 'container', 'containers'),
    counted(pass.processes, 'process', 'processes'),
  ].join(', ')

export function verdictCount({ pass, verdicts }: Snapshot): Span {
  if (pass.source === 'ps') return span('verdicts are not judged by what ps prints', 'warning')
  if (verdicts.length === 0) return span('no verdicts', 'good')
  const firing = verdicts.filter(({ status }) => status === 'firing')
  const severities = (['critical', 'warning', 'info'] as const).flatMap((severity) => {
    const count = firing.filter((verdict) => verdict.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}`]
  })
  const pending = verdicts.length - firing.length
  const worst = (['critical', 'warning'] as const).find((severity) => verdicts.some((one) => one.severity === severity))
  const text = [
    `${counted(firing.length, 'verdict', 'verdicts')} firing${severities.length === 0 ? '' : ` (${severities.join(', ')})`}`,
    ...(pending === 0 ? [] : [`${pending} pending`]),
  ]
  return span(text.join(', '), worst ?? 'info')
}

/** What this reader could not see, and what would help. */
export function blindness({ pass }: Snapshot): readonly string[] {
  const said: string[] = []
  if (pass.source === 'ps') {
    return [
      'Read from ps: names and parents only. Cgroups, sockets and bundles are not seen, so what a shim keeps is a guess from its children, and who manages it is not known.',
    ]
  }
  if (!pass.complete) {
    said.push(
      'Other processes may be hidden from this reader (hidepid, or a pid namespace): what is missing here may still exist.',
    )
  }
  const { denied, malformed } = pass.reads
  if (denied > 0) {
    const fields = Object.entries(pass.denied)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 6)
      .map(([field, count]) => `${printable(field)} ${count}`)
    said.push(
      `${counted(denied, 'reading was', 'readings were')} denied (${fields.join(', ')}): what they would tell is not known, and accuses nobody.`,
    )
  }
  if (malformed > 0) said.push(`${counted(malformed, 'reading was', 'readings were')} not understood and left out.`)
  if (pass.source === 'live' && (denied > 0 || !pass.complete)) {
    said.push('shimscope doctor says what is closed to this reader, what that costs and what would open it.')
  }
  return said
}
