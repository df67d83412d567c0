import { describe, expect, test } from 'vitest'
import type { Board, Panel } from '../../dashboards/source/board.ts'
import { boards } from '../../dashboards/source/index.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone, shimOf } from './support/processes.ts'
import { type Prometheus, startPrometheus } from './support/prometheus.ts'
import { serve } from './support/serve.ts'
import { shimscopeIn } from './support/shimscope.ts'
import { until } from './support/until.ts'

/** Where the agents of this test are scraped: the node's own, and one beside it that runs without any privilege. */
const scrapeConfig = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [/run/world/shimscope/deploy/prometheus/shimscope.rules.yaml]
scrape_configs:
  - job_name: shimscope
    honor_labels: true
    static_configs:
      - { targets: ['127.0.0.1:19256'], labels: { instance: node-1 } }
      - { targets: ['127.0.0.1:19257'], labels: { instance: unprivileged } }
`
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all']

/** What only an agent without privileges has to show. */
const ofTheUnprivileged = ['Denied, by field']
/** What has a time range that begins when all was well, between the two incidents. */
const ofTheSecond = ['Verdicts that came']

describe.skipIf(skipReal())('the dashboards', () => {
  test('a real Prometheus answers every query of every panel, over a real incident', { timeout: 300_000 }, async () => {
    const node = await openNode({})
    try {
      const { world } = node
      const containerd = await node.containerd()
      await containerd.run('web')
      const shop = await (await node.cri()).runPod('shop', ['app', 'proxy'])
      await serve(world, '--interval', '500ms', '--grace', '0s', '--metrics.containers')
      await world.start(
        '/run/unprivileged.log',
        ...nobody,
        ...shimscopeIn(world),
        ...['serve', '--web.listen-address', '127.0.0.1:19257'],
      )
      const prometheus = await startPrometheus(world, scrapeConfig)
      const verdicts = async (code: string): Promise<number> =>
        Number(
          (await prometheus.query(`sum(shimscope_verdicts{code="${code}",status="firing",instance="node-1"})`))[0]
            ?.value ?? -1,
        )
      await until('both agents are scraped', async () => (await prometheus.query('up == 1')).length === 2)

      // The incident: containerd is killed, a shim is killed while it is down, and containerd comes back.
      await containerd.stop('KILL')
      const shim = shimOf(world, 'web')
      await world.kill('KILL', shim)
      await gone(world, shim)
      await until('Prometheus knows of shims without a daemon', async () => (await verdicts('shim-daemonless')) > 0)
      await until(
        'Prometheus knows of a container without a shim',
        async () => (await verdicts('container-shimless')) > 0,
      )
      const brokenAtMs = Date.now()
      // The kernel tells the time of its start in whole seconds, so that a start seems up to a second earlier.
      await until('the clock has moved on by two seconds', () => Date.now() > brokenAtMs + 2_000)
      await containerd.start()
      await until('all is well again', async () => (await verdicts('shim-daemonless')) === 0)
      const wellAtMs = Date.now()
      // Another one begins, and goes on: the shim of a pod is stopped.
      await world.kill('STOP', shimOf(world, shop.sandboxId))
      await until('Prometheus knows of a shim that is stopped', async () => (await verdicts('shim-wedged')) > 0)

      let asked = 0
      for (const board of boards) {
        for (const panel of board.rows.flatMap(({ panels }) => panels)) {
          const instance = ofTheUnprivileged.includes(panel.title) ? 'unprivileged' : 'node-1'
          const fromMs = ofTheSecond.includes(panel.title) ? wellAtMs : brokenAtMs
          for (const { expr } of panel.queries) {
            const what = `${board.title}, ${panel.title}: ${expr}`
            await until(what, () => answered(prometheus, panel, filledIn(expr, board, instance, fromMs), fromMs))
            asked += 1
          }
        }
        for (const { title, expr } of board.annotations ?? []) {
          await until(`${board.title}, annotation ${title}`, async () =>
            rows(await prometheus.queryRange(filledIn(expr, board, 'node-1', brokenAtMs), since(brokenAtMs))),
          )
          asked += 1
        }
      }
      expect(asked).toBeGreaterThan(80)
      console.log(`${asked} queries of ${boards.length} dashboards were answered with data`)

      // And a query for what nobody has would not be.
      expect(await prometheus.queryRange('shimscope_no_such_thing', 60)).toEqual([])
    } finally {
      await node.world.close()
    }
  })
})

const since = (thenMs: number): number => Math.ceil((Date.now() - thenMs) / 1_000) + 30

async function answered(prometheus: Prometheus, { kind }: Panel, query: string, fromMs: number): Promise<boolean> {
  const isRange = kind === 'lines' || kind === 'stacked'
  return rows(isRange ? await prometheus.queryRange(query, since(fromMs)) : await prometheus.query(query))
}

const rows = (samples: readonly unknown[]): boolean => samples.length > 0

/** As Grafana fills the variables in: everything chosen, or the one node. The time range begins where it is told to. */
const filledIn = (expr: string, { nodes }: Board, instance: string, fromMs: number): string =>
  expr
    .replaceAll('$cluster', '.*')
    .replaceAll('$node', nodes === 'one' ? instance : '.+')
    .replaceAll('$__rate_interval', '10s')
    .replaceAll('$__range_s', String((Date.now() - fromMs) / 1_000))
    .replaceAll('$__range', `${Math.round((Date.now() - fromMs) / 1_000)}s`)
