import type { Verdict } from '../../../core/model/snapshot.ts'
import type { Story } from '../../../core/model/story.ts'
import { columns } from '../columns.ts'
import { paint, type Style, wrap } from '../line.ts'
import { printable } from '../printable.ts'
import { renderDetails } from '../verdicts.ts'
import type { Row } from './row.ts'

/** All that is known of what a row is about: its fields, and each verdict with evidence and next step. */
export function renderAbout(about: Row['about'], style: Style): readonly string[] {
  switch (about?.kind) {
    case undefined:
      return ['A heading: what stands below it has details of its own.']
    case 'verdict':
      return about.verdict === undefined ? [] : verdictLines(about.verdict, style)
    case 'event':
      return [...fieldLines(`event ${about.event.type}`, about.event, style), ...storyLines(about.story, style)]
    case 'process':
      return fieldLines(`process ${about.process.pid}`, about.process, style)
    case 'daemon':
      return [...fieldLines(`daemon ${about.daemon.pid}`, about.daemon, style), ...verdictsOf(about.verdicts, style)]
    case 'shim':
      return [...fieldLines(`shim ${about.shim.pid}`, about.shim, style), ...verdictsOf(about.verdicts, style)]
    case 'container':
      return [
        ...fieldLines(`container ${printable(about.container.id)}`, about.container, style),
        ...verdictsOf(about.verdicts, style),
      ]
  }
}

const verdictsOf = (verdicts: readonly Verdict[], style: Style): readonly string[] =>
  verdicts.flatMap((verdict) => ['', ...verdictLines(verdict, style)])

function verdictLines(verdict: Verdict, style: Style): readonly string[] {
  const { severity, code, status, since } = verdict
  return [
    paint(`${severity}: ${printable(code)}, ${status} since ${since}`, severity, style),
    ...renderDetails(verdict, style),
    `  runbook: shimscope explain ${printable(code)}`,
  ]
}

/** What else belongs to the same, and what proves it. */
function storyLines(story: Story | undefined, style: Style): readonly string[] {
  if (story === undefined) return []
  const { kind, summary, proof, members } = story
  const lines = [
    `  ${printable(summary)}`,
    ...proof.map(({ source, observed }) => `    proof: ${printable(source)}: ${printable(observed)}`),
    ...members.map(({ event, part }) => `    ${event.at}  ${part.padEnd(6)}  ${printable(event.summary)}`),
  ]
  return ['', paint(`part of ${kind}`, 'strong', style), ...lines.flatMap((line) => wrap(line, style.width))]
}

/** The names are those of the API, so that what is seen here can be asked for there. */
function fieldLines(title: string, fields: object, style: Style): readonly string[] {
  const rows = Object.entries(fields).map(([name, value]) => [name, written(value)])
  const indent = ' '.repeat(Math.max(0, ...rows.map(([name = '']) => name.length)) + 4)
  return [
    paint(title, 'strong', style),
    ...columns(rows).flatMap((line) => {
      const [first = '', ...rest] = wrap(line, style.width === null ? null : Math.max(style.width - indent.length, 20))
      return [`  ${first}`, ...rest.map((more) => indent + more)]
    }),
  ]
}

function written(value: unknown): string {
  if (value === null || value === undefined) return 'not known'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(written).join(' ')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, inner]) => `${name} ${written(inner)}`)
      .join(', ')
  return printable(String(value))
}
