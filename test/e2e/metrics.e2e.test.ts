import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { attempt } from './support/command.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
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

      await startPrometheus(node)
      await until('Prometheus has scraped the agent', async () => (await query(node, 'up'))[0]?.value === '1')
      expect(await query(node, 'sum by (containerd_namespace) (shimscope_shims{supervision="managed"})')).toEqual([
        { labels: { containerd_namespace: 'default' }, value: '1' },
        { labels: { containerd_namespace: 'k8s.io' }, value: '1' },
      ])
      expect(await query(node, 'sum by (role, state) (shimscope_containers)')).toEqual([
        { labels: { role: 'container', state: 'running' }, value: '3' },
        { labels: { role: 'sandbox', state: 'running' }, value: '1' },
      ])
      expect(await query(node, 'sum(shimscope_verdicts)')).toEqual([{ labels: {}, value: '0' }])
    } finally {
      await node.world.close()
    }
  })
})

async function startPrometheus({ world }: Node): Promise<void> {
  writeFileSync(world.path('/run/prometheus.yml'), scrapeConfig)
  const options = [
    '--config.file=/run/prometheus.yml',
    '--storage.tsdb.path=/run/prometheus',
    '--web.listen-address=127.0.0.1:9090',
  ]
  await world.start('/run/prometheus.log', 'prometheus', ...options)
}

/** An instant query, its series sorted by their labels. */
async function query({ world }: Node, promql: string): Promise<{ labels: Record<string, string>; value: string }[]> {
  const url = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(promql)}`
  const { code, stdout } = await world.attempt('busybox', 'wget', '-q', '-O', '-', url)
  if (code !== 0) return [] // it does not serve yet
  const { result } = (
    JSON.parse(stdout) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }
  ).data
  return result
    .map(({ metric: { __name__, instance, job, ...labels }, value }) => ({ labels, value: value[1] }))
    .sort((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1))
}
