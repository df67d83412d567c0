import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dashboardOf } from '../../dashboards/source/grafana.ts'
import { boards } from '../../dashboards/source/index.ts'
import { unknownIn } from './promql.ts'

const folder = new URL('../../dashboards/', import.meta.url)
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is Grafana that fills it in.
const datasource = { type: 'prometheus', uid: '${datasource}' }

const queriesOf = (board: (typeof boards)[number]): readonly string[] => [
  ...board.rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr))),
  ...(board.annotations ?? []).map(({ expr }) => expr),
]

/** The parts of Grafana's JSON that are looked at here. */
interface GrafanaPanel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource?: unknown
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
  readonly targets?: readonly { readonly expr: string; readonly refId: string; readonly datasource?: unknown }[]
}

test('no file is left of a dashboard that is gone', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  expect(files.sort()).toEqual(boards.map(({ uid }) => `${uid}.json`).sort())
})

describe.each(boards.map((board) => [board.title, board] as const))('%s', (_, board) => {
  const made = JSON.parse(JSON.stringify(dashboardOf(board)))
  const panels = made.panels as readonly GrafanaPanel[]
  const shown = panels.filter(({ type }) => type !== 'row')

  test('is committed as it is made', async () => {
    await expect(`${JSON.stringify(made, null, 2)}\n`).toMatchFileSnapshot(`../../dashboards/${board.uid}.json`)
  })

  test('has a fixed uid, a tag, and its datasource as a variable', () => {
    expect(made.uid).toMatch(/^shimscope-[a-z]+$/)
    expect(made.id ?? null).toBeNull()
    expect(made.tags).toEqual(['shimscope'])
    expect(made.templating.list.map(({ name }: { name: string }) => name)).toEqual(['datasource', 'cluster', 'node'])
    expect(made.templating.list[0].type).toBe('datasource')
    expect(made.__inputs).toBeUndefined()
  })

  test('every panel has a title of its own, a unit, a description and a query', () => {
    expect(shown.length).toBeGreaterThan(8)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    expect(new Set(shown.map(({ title }) => title)).size).toBe(shown.length)
    for (const { title, description, fieldConfig, targets, datasource: from } of shown) {
      expect(description, title).toMatch(/^[A-Z].{20,}\.$/)
      expect(fieldConfig?.defaults.unit, title).toMatch(/./)
      expect(from, title).toEqual(datasource)
      expect(targets?.length, title).toBeGreaterThan(0)
      expect(new Set(targets?.map(({ refId }) => refId)).size, title).toBe(targets?.length)
      for (const target of targets ?? []) expect(target.datasource, title).toEqual(datasource)
    }
  })

  test('no panel lies on another', () => {
    const taken = new Map<string, string>()
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x},${y}`), title).toBeUndefined()
          taken.set(`${x},${y}`, title)
        }
    }
  })

  test.each(queriesOf(board))('%s asks for what there is, of the nodes that were chosen', (expr) => {
    expect(unknownIn(expr)).toEqual([])
    expect(expr).toContain('cluster=~"$cluster"')
    // What is counted between two samples needs the window that Grafana works out, or the whole time range.
    for (const [, window] of expr.matchAll(/\[([^\]]*)\]/g)) expect(['$__rate_interval', '$__range']).toContain(window)
  })
})
