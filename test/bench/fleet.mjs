// What a fleet costs a real Prometheus: memory, CPU and disk for so many nodes, each of which answers with what a real
// agent answered. `node test/bench/fleet.mjs --nodes 500,2000 --minutes 4 --scrape metrics.txt`
//
// One small server plays all nodes: every target is the same address with another `instance`, and its counters move, so
// that Prometheus stores what it would store. For deploy/CAPACITY.md; nothing is asserted.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: '500,2000' },
    minutes: { type: 'string', default: '4' },
    scrape: { type: 'string', default: '' },
  },
})
if (options.scrape === '') throw new Error('--scrape FILE: what curl http://NODE:19256/metrics printed')
const lines = readFileSync(options.scrape, 'utf8').split('\n')
const samples = lines.filter((line) => line !== '' && !line.startsWith('#')).length

/** Counters grow by what an idle agent's grow; memory moves a little; the rest stays, as it does on a quiet node. */
function scrapeOf(node, seconds) {
  return lines
    .map((line) => {
      const at = line.lastIndexOf(' ')
      const [name, value] = [line.slice(0, at), Number(line.slice(at + 1))]
      if (line.startsWith('#') || line === '') return line
      if (/_last_pass_timestamp/.test(name)) return `${name} ${Date.now() / 1_000}`
      if (/^(?:shimscope_reads_total\{outcome="known|shimscope_pass_duration_seconds_(?:bucket|count))/.test(name))
        return `${name} ${value + Math.floor(seconds / 2)}`
      if (
        /^(?:process_cpu|shimscope_loop_busy|shimscope_pass_duration_seconds_sum|shimscope_context_switches)/.test(name)
      )
        return `${name} ${value + seconds * (0.01 + (node % 7) / 1_000)}`
      if (/_(?:resident_memory|heap_size_used)_bytes/.test(name))
        return `${name} ${value + ((node * 7_919 + seconds) % 1_000) * 4_096}`
      return line
    })
    .join('\n')
}

const beganMs = Date.now()
let bytes = 0
const server = createServer((request, response) => {
  const node = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('node'))
  const body = scrapeOf(node, (Date.now() - beganMs) / 1_000)
  bytes = Buffer.byteLength(body)
  response.setHeader('content-type', 'text/plain; version=0.0.4').end(body)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address()

for (const nodes of options.nodes.split(',').map(Number)) {
  const folder = mkdtempSync(join(tmpdir(), 'shimscope-fleet-'))
  const targets = Array.from({ length: nodes }, (_, node) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { instance: `node-${String(node).padStart(5, '0')}.example.internal`, __param_node: String(node) },
  }))
  writeFileSync(join(folder, 'fleet.json'), JSON.stringify(targets))
  const rules = new URL('../../deploy/prometheus/shimscope.rules.yaml', import.meta.url).pathname
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 30s, evaluation_interval: 30s }
rule_files: [${rules}]
scrape_configs:
  - { job_name: shimscope, honor_labels: true, file_sd_configs: [{ files: [${folder}/fleet.json] }] }
  - { job_name: prometheus, static_configs: [{ targets: ['127.0.0.1:${port + 1}'] }] }
`,
  )
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port + 1}`,
      '--log.level=error',
    ],
    { stdio: 'inherit' },
  )
  await sleep(Number(options.minutes) * 60_000)
  const status = readFileSync(`/proc/${prometheus.pid}/status`, 'utf8')
  const mebibytes = (field) => Math.round(Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1_024)
  const own = await (await fetch(`http://127.0.0.1:${port + 1}/metrics`)).text()
  const value = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(own)?.[1])
  console.log(
    [
      `${nodes} nodes`,
      `${samples} samples and ${bytes} bytes a scrape`,
      `${value('prometheus_tsdb_head_series')} series`,
      `Prometheus: ${mebibytes('VmRSS')} MiB resident (peak ${mebibytes('VmHWM')})`,
      `${Math.round(value('go_memstats_heap_inuse_bytes') / 1_048_576)} MiB of heap`,
      `${((value('process_cpu_seconds_total') / Number(options.minutes) / 60) * 100).toFixed(1)} % of a CPU`,
      `WAL ${Math.round(sizeOf(join(folder, 'data/wal')) / 1_048_576)} MiB`,
    ].join('; '),
  )
  prometheus.kill('SIGTERM')
  await new Promise((resolve) => prometheus.once('exit', resolve))
  rmSync(folder, { recursive: true })
}
server.close()

function sizeOf(folder) {
  return readdirSync(folder).reduce((sum, name) => {
    const { size } = statSync(join(folder, name))
    return sum + size
  }, 0)
}
