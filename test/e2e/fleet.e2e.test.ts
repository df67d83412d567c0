import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fleet } from '../../dashboards/source/fleet.ts'
import { rulesFile } from '../../deploy/prometheus/source/documents.ts'
import { discover, fleetOf, startAgent } from './support/fleet.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone } from './support/processes.ts'
import { startPrometheus } from './support/prometheus.ts'
import { until } from './support/until.ts'
import { openWorld, type World } from './support/world.ts'

const healthy = 40
const broken = 10

const prometheusConfig = `
global: { scrape_interval: 2s, evaluation_interval: 2s }
rule_files: [/run/rules.yaml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }] }
scrape_configs:
  - job_name: shimscope
    honor_labels: true
    file_sd_configs: [{ files: [/run/fleet.json], refresh_interval: 5s }]
`
const alertmanagerConfig = `
route: { receiver: nobody, group_by: [alertname, cluster], group_wait: 1s }
receivers: [{ name: nobody }]
`

describe.skipIf(skipReal())('a fleet of fifty agents', () => {
  test('a roll-out that breaks ten nodes is on the dashboard and in Alertmanager', { timeout: 600_000 }, async () => {
    const world = await openWorld()
    try {
      const nodes = await fleetOf(world, healthy, broken)
      // What is waited for in a test is shortened, and nothing else.
      writeFileSync(world.path('/run/rules.yaml'), rulesFile().replaceAll(/^( +for:) \d+[mh]$/gm, '$1 4s'))
      discover(world, [])
      const { query } = await startPrometheus(world, prometheusConfig)
      const alerts = await startAlertmanager(world)

      const pids: number[] = []
      for (let at = 0; at < nodes.length; at += 5) {
        pids.push(...(await Promise.all(nodes.slice(at, at + 5).map((node) => startAgent(world, node)))))
        discover(world, nodes.slice(0, at + 5))
        await until(
          `Prometheus has found ${at + 5} agents`,
          async () =>
            Number((await query('count(shimscope_verdicts{code="shim-leaked",status="firing"})'))[0]?.value) === at + 5,
          60_000,
        )
      }

      // The queries are those of the dashboard, with everything chosen.
      const ask = async (panel: string) =>
        await query(
          (fleet.rows.flatMap(({ panels }) => panels).find(({ title }) => title === panel)?.queries[0]?.expr ?? panel)
            .replaceAll('$cluster', '.*')
            .replaceAll('$node', '.+')
            .replaceAll('$__rate_interval', '30s'),
          { keepTarget: true },
        )
      const number = async (panel: string) => Number((await ask(panel))[0]?.value)
      expect(await number('Nodes watched')).toBe(healthy + broken)
      await until('ten nodes are broken', async () => (await number('Nodes with something wrong')) === broken, 120_000)
      const rolledOut = nodes.slice(healthy).map(({ name }) => name)

      // Every node was seen when all was well, those that are broken now too.
      const wasWell = 'count(min_over_time(sum by (instance) (shimscope_verdicts{status="firing"})[10m:1s]) == 0)'
      expect((await query(wasWell))[0]?.value).toBe(String(healthy + broken))

      expect(await number('Critical verdicts')).toBe(2 * broken)
      expect(await number('Agents that see nothing')).toBe(0)
      await until('the recording rules have counted them', async () =>
        (await ask('Nodes by verdict')).some(({ value }) => value === String(broken)),
      )
      const [spread, ...others] = await ask('Nodes by verdict')
      expect([spread?.labels['code'], spread?.value, others]).toEqual(['container-shimless', String(broken), []])
      expect((await ask('Share of the nodes by verdict')).map(({ value }) => value)).toEqual(['0.2'])
      const worst = await ask('Most verdicts')
      expect(worst.map(({ labels }) => labels['instance']).sort()).toEqual(rolledOut)
      const pods = await ask('Which pods')
      expect(
        pods
          .map(({ labels: { instance, namespace, pod, container } }) => [instance, namespace, pod, container].join(' '))
          .sort(),
      ).toEqual(rolledOut.flatMap((node) => [`${node} default web app`, `${node} default web proxy`]))

      const told = async (name: string) => (await alerts()).filter(({ labels }) => labels['alertname'] === name)
      const [fleetAlert] = await until(
        'the fleet-wide alert is told',
        async () => {
          const found = await told('ShimscopeVerdictSpread')
          return found.length > 0 && found
        },
        60_000,
      )
      expect(fleetAlert?.labels).toMatchObject({ code: 'container-shimless', severity: 'critical' })
      // It was told while the roll-out went on, at more than a tenth of the nodes.
      expect(fleetAlert?.annotations['description']).toMatch(/fires on (?:1\d|20)% of the nodes/)
      const ofPods = await until(
        'an alert for each pod is told',
        async () => {
          const found = await told('ShimscopeContainerShimless')
          return found.length === 2 * broken && found
        },
        60_000,
      )
      expect(new Set(ofPods.map(({ labels }) => labels['instance']))).toEqual(new Set(rolledOut))
      expect(ofPods[0]?.annotations['description']).toMatch(/^Pod default\/web \(container \w+\) on node-\d+: /)
      expect(ofPods[0]?.annotations['runbook_url']).toBe('runbooks/container-shimless.md')

      // An agent that is ended is missed.
      const ended = pids[0] ?? 0
      await world.kill('KILL', ended)
      await gone(world, ended)
      const [down] = await until(
        'the agent is missed',
        async () => {
          const found = await told('ShimscopeAgentDown')
          return found.length > 0 && found
        },
        60_000,
      )
      expect(down?.labels['instance']).toBe(nodes[0]?.name)

      // Nothing was said of nodes that are well, but what their agents may not read.
      const names = new Set((await alerts()).map(({ labels }) => labels['alertname']))
      for (const quiet of ['ShimscopeFieldsUnreadable', 'ShimscopePassIncomplete']) names.delete(quiet)
      expect([...names].sort()).toEqual(['ShimscopeAgentDown', 'ShimscopeContainerShimless', 'ShimscopeVerdictSpread'])
      console.log(await figures(world, pids.slice(1), query))
    } finally {
      await world.close()
    }
  })
})

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** A real Alertmanager; the result asks it for the alerts that it has. */
async function startAlertmanager(world: World): Promise<() => Promise<readonly Alert[]>> {
  writeFileSync(world.path('/run/alertmanager.yml'), alertmanagerConfig)
  const options = [
    '--config.file=/run/alertmanager.yml',
    '--storage.path=/run/alertmanager',
    '--web.listen-address=127.0.0.1:9093',
    '--cluster.listen-address=',
  ]
  await world.start('/run/alertmanager.log', 'prometheus-alertmanager', ...options)
  const ask = () => world.attempt('busybox', 'wget', '-q', '-O', '-', 'http://127.0.0.1:9093/api/v2/alerts')
  await until('Alertmanager serves', async () => (await ask()).code === 0)
  return async () => JSON.parse((await ask()).stdout) as Alert[]
}

/** What a fleet costs, as it was here: for deploy/CAPACITY.md. Not asserted, since it is the machine's too. */
async function figures(
  world: World,
  pids: readonly number[],
  query: (promql: string) => Promise<readonly { readonly value: string }[]>,
): Promise<string> {
  const one = async (promql: string) => Number((await query(promql))[0]?.value)
  const residentKiB = pids
    .map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(world.path(`/proc/${pid}/status`), 'utf8'))?.[1]))
    .sort((a, b) => a - b)
  const bytes = (await world.attempt('busybox', 'wget', '-q', '-O', '-', 'http://127.0.0.1:20002/metrics')).stdout
    .length
  return [
    `samples of a scrape: ${await one('min(scrape_samples_scraped > 0)')} to ${await one('max(scrape_samples_scraped)')}`,
    `median ${await one('quantile(0.5, scrape_samples_scraped)')}`,
    `bytes of one, as text: ${bytes}`,
    `scrape time at the median: ${(await one('quantile(0.5, scrape_duration_seconds)')) * 1_000} ms`,
    `resident memory of an agent over a recording at the median: ${Math.round((residentKiB[Math.floor(residentKiB.length / 2)] ?? 0) / 1024)} MiB`,
  ].join('; ')
}
