import { describe, expect, test } from 'vitest'
import { attempt } from './support/command.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { startPrometheus } from './support/prometheus.ts'
import { serve } from './support/serve.ts'
import { until } from './support/until.ts'

const scrapeConfig = `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: shimscope
    static_configs: [{ targets: ['127.0.0.1:19256'] }]
`

describe.skipIf(skipReal())('the metrics of a real node', () => {
  test('promtool accepts them and Prometheus scrapes them', { timeout: 60_000 }, async () => {
    const node = await openNode({})
    try {
      const containerd = await node.containerd()
      await containerd.run('web')
      await (await node.cri()).runPod('shop', ['app', 'proxy'])
      const served = await serve(node.world, '--interval', '500ms')

      const lint = await attempt(['promtool', 'check', 'metrics'], await served.fetch('/metrics'))
      expect(lint).toEqual({ code: 0, stdout: '', stderr: '' })

      const { query } = await startPrometheus(node.world, scrapeConfig)
      await until('Prometheus has scraped the agent', async () => (await query('up'))[0]?.value === '1')
      expect(await query('sum by (containerd_namespace) (shimscope_shims{supervision="managed"})')).toEqual([
        { labels: { containerd_namespace: 'default' }, value: '1' },
        { labels: { containerd_namespace: 'k8s.io' }, value: '1' },
      ])
      expect(await query('sum by (role, state) (shimscope_containers)')).toEqual([
        { labels: { role: 'container', state: 'running' }, value: '3' },
        { labels: { role: 'sandbox', state: 'running' }, value: '1' },
      ])
      expect(await query('sum(shimscope_verdicts)')).toEqual([{ labels: {}, value: '0' }])

      // A second one, in a rhythm of its own, reads the same, and neither disturbs the other's counters.
      const second = await startPrometheus(node.world, scrapeConfig.replace('1s', '700ms'), 9091)
      const ofBoth = (promql: string) => Promise.all([query(promql), second.query(promql)])
      const enough = 'min(count_over_time(shimscope_reads_total[1m])) >= 4'
      await until('both have scraped several times', async () =>
        (await ofBoth(enough)).every(({ length }) => length === 1),
      )
      const counters = ['shimscope_reads_total', 'shimscope_pass_duration_seconds_bucket', 'process_cpu_seconds_total']
      const [resets, resetsOfSecond] = await ofBoth(counters.map((name) => `sum(resets(${name}[1m]))`).join(' + '))
      expect([resets, resetsOfSecond]).toEqual([[{ labels: {}, value: '0' }], [{ labels: {}, value: '0' }]])
      const [events, eventsOfSecond] = await ofBoth('sum by (type) (shimscope_events_total)')
      expect(eventsOfSecond).toEqual(events)
      expect(events).toHaveLength(14)
    } finally {
      await node.world.close()
    }
  })
})
