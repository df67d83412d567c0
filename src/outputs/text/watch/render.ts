import stringWidth from 'string-width'
import { renderAge } from '../duration.ts'
import { paint, renderLine, type Span, span, type Style } from '../line.ts'
import { printable } from '../printable.ts'
import { blindness, countsOf, verdictCount } from '../summary.ts'
import { type Content, GUTTER, HEADER } from './content.ts'
import type { Picture } from './picture.ts'
import type { Row } from './row.ts'
import { panes, type Pane, type Screen } from './screen.ts'

export interface Watched {
  readonly picture: Picture
  readonly screen: Screen
  readonly content: Content
  readonly nowMs: number
}

/** What is on the screen: as many lines as it has rows, none wider than it is, none with a line break in it. */
export function renderScreen(watched: Watched, look: Pick<Style, 'color' | 'charset'>): readonly string[] {
  const { screen, content } = watched
  const style: Style = { ...look, width: screen.size.columns }
  const body =
    screen.over.kind === 'none'
      ? panes.flatMap((pane) => renderPane(pane, watched, style))
      : [
          rule(screen.over.kind === 'help' ? 'help' : 'details', 'strong', style),
          ...content.over.slice(screen.over.top, screen.over.top + content.overHeight),
        ]
  const lines = [...renderHeader(watched, style), ...body]
  const room = Math.max(screen.size.rows - 1, 0)
  const filled = [...lines, ...Array.from({ length: Math.max(room - lines.length, 0) }, () => '')]
  return [...filled.slice(0, room), renderFooter(watched, style)].slice(0, screen.size.rows)
}

function renderHeader({ picture, nowMs }: Watched, style: Style): readonly string[] {
  const { snapshot, freshAtMs } = picture
  const age = freshAtMs === undefined ? undefined : nowMs - freshAtMs
  const head = freshness(picture, age, style)
  if (snapshot === undefined) return fill([renderLine([span('shimscope', 'strong'), span('  '), head], style)])
  const blind = [...(picture.lacking === undefined ? [] : [picture.lacking]), ...blindness(snapshot)].join(' ')
  return fill([
    renderLine(
      [span(printable(snapshot.node), 'strong'), span('  '), head, span(`  at ${snapshot.takenAt}`, 'dim')],
      style,
    ),
    renderLine([span(`${countsOf(snapshot)}  `), verdictCount(snapshot)], style),
    renderLine([span(blind, 'warning')], style),
  ])
}

const fill = (lines: readonly string[]): readonly string[] => [...lines, '', '', ''].slice(0, HEADER)

/** How old what is shown is, and why. */
function freshness({ origin, staleAfterMs }: Picture, ageMs: number | undefined, style: Style): Span {
  const age = ageMs === undefined ? 'nothing seen yet' : ageMs < staleAfterMs ? 'fresh' : `${renderAge(ageMs)} old`
  const calm = ageMs !== undefined && ageMs < staleAfterMs ? 'good' : 'warning'
  const mark = style.charset === 'utf8' ? '✗ ' : '! '
  switch (origin.kind) {
    case 'node':
      return origin.failure === undefined
        ? span(`this node, ${age}`, calm)
        : span(`${mark}the last look failed: ${printable(origin.failure)}; ${age}`, 'critical')
    case 'recording':
      return origin.ended
        ? span(`${printable(origin.name)}, at its end`, 'info')
        : span(`${printable(origin.name)}, playing`, 'good')
    case 'agent': {
      const url = printable(origin.url)
      if (origin.link === 'live') return span(`${url}, ${age}`, calm)
      if (origin.link === 'calling') return span(`${url}, connecting`, 'warning')
      return span(`${mark}CONNECTION LOST, ${age}: ${printable(origin.link.lost)}; trying ${url} again`, 'critical')
    }
  }
}

function renderPane(pane: Pane, { screen, content }: Watched, style: Style): readonly string[] {
  const height = content.heights[pane]
  if (height === 0 && pane !== screen.pane) return []
  const rows = content.rows[pane]
  const { top, index } = screen.places[pane]
  const isUsed = screen.pane === pane
  const title = [
    `${pane} ${rows.length}`,
    ...(pane === 'tree' && screen.scope === 'wrong' ? ['only what is wrong'] : []),
    ...(screen.filter === '' ? [] : [`only what holds ${JSON.stringify(printable(screen.filter))}`]),
  ].join(', ')
  const shown = rows.slice(top, top + height).map((row, at) => renderRow(row, isUsed && top + at === index, style))
  const empty =
    shown.length === 0 && height > 0 ? [renderLine([span(`  ${emptiness(pane, screen)}`, 'dim')], style)] : []
  const blank = Array.from({ length: Math.max(height - Math.max(shown.length, empty.length), 0) }, () => '')
  return [rule(title, isUsed ? 'strong' : 'dim', style), ...shown, ...empty, ...blank]
}

function emptiness(pane: Pane, { filter, scope }: Screen): string {
  if (filter !== '') return 'nothing holds this text; \\ and Enter show everything again'
  if (pane === 'tree' && scope === 'wrong') return 'nothing here is known to be wrong; w shows everything'
  return pane === 'tree' ? 'no container runtime runs here' : 'none'
}

/** The selected row has a mark, and is turned around in colour too. */
function renderRow({ spans }: Row, isSelected: boolean, style: Style): string {
  const width = style.width ?? 80
  const gutter = Math.min(GUTTER, width)
  const narrow = { ...style, width: width - gutter }
  if (!isSelected) return ' '.repeat(gutter) + renderLine(spans, narrow)
  const mark = (style.charset === 'utf8' ? '▸' : '>').padEnd(gutter)
  const line = mark + renderLine(spans, { ...narrow, color: false })
  return style.color ? `\u001b[7m${line}\u001b[0m` : line
}

function rule(title: string, tone: 'strong' | 'dim', style: Style): string {
  const stroke = style.charset === 'utf8' ? '─' : '-'
  const head = `${stroke.repeat(2)} ${title} `
  const rest = stroke.repeat(Math.max((style.width ?? 80) - stringWidth(head), 0))
  return renderLine([span(head, tone), span(rest, 'dim')], style)
}

function renderFooter({ screen }: Watched, style: Style): string {
  if (screen.typing !== undefined) {
    const { what } = screen.typing
    return renderLine([span(`${what}: `, 'strong'), span(`${printable(screen[what])}_`)], style)
  }
  const keys =
    screen.over.kind === 'none'
      ? 'F1 help  / search  \\ filter  w wrong  p processes  Space fold  Enter details  Tab pane  q quit'
      : 'Up Down PgUp PgDn scroll  Esc back  F10 quit'
  return paint(renderLine([span(keys)], { ...style, color: false }), 'dim', style)
}
