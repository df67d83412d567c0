// The server of `serve`, its feed and its metrics, over a node of so many pods that is not read from anywhere: each pod is
// a copy of a recorded one. The bench says when something happens in it. node outputs-host.mjs PODS
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { diff } from '../../dist/core/snapshot/diff.js'
import { runtimes } from '../../dist/core/runtimes/index.js'
import { verdictRules } from '../../dist/core/verdicts/index.js'
import { writeFrame } from '../../dist/outputs/http/live-schema.js'
import { buildServer } from '../../dist/outputs/http/server.js'
import { addLive } from '../../dist/outputs/live/add-live.js'
import { createExposition } from '../../dist/outputs/metrics/exposition.js'
import { watchLoop } from './loop-watch.mjs'

const root = join(import.meta.dirname, '../..')
const hex = (text) => createHash('sha256').update(text).digest('hex')
const byKey = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

const printed = spawnSync(
  process.execPath,
  [join(root, 'dist/main.js'), 'snapshot', '--from', join(root, 'test/recordings/pod-of-1.proc')],
  { encoding: 'utf8', maxBuffer: 1e8 },
)
const recorded = JSON.parse(printed.stdout)
const copies = Array.from({ length: Number(process.argv[2]) }, (_, index) => copyOf(recorded, index))
let snapshot = {
  ...recorded,
  seq: 1,
  shims: copies.flatMap(({ shims }) => shims).sort(byKey),
  containers: copies.flatMap(({ containers }) => containers).sort(byKey),
}
let pass = passOf(undefined)
let encoded = 0
const listeners = new Set()
const agent = {
  intervalMs: 2_000,
  latest: () => pass,
  health: () => ({ lastPassAtMs: Date.now(), failure: undefined }),
  counts: () => ({
    passes: 1,
    failedPasses: 0,
    hungReadings: 0,
    audits: 0,
    auditDifferences: {},
    passSeconds: { bounds: [1, Number.POSITIVE_INFINITY], counts: [1, 1], sum: 0.1 },
    reads: { known: 1, gone: 0, denied: 0, malformed: 0 },
    events: new Map(),
    daemonRestarts: new Map(),
    shimCpuSeconds: new Map(),
    wakeUps: undefined,
  }),
  deltasSince: () => undefined,
  events: () => [],
  processes: async () => [],
  subscribe(listener) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
let feed
const exposition = createExposition({
  agent,
  version: 'bench',
  verdictTable: verdictRules,
  live: () => feed.counts(),
  containers: true,
  maxSeries: 100_000,
})
const report = (error) => console.error(error)
const app = buildServer({
  agent,
  version: 'bench',
  assets: [],
  runtimeTable: runtimes,
  verdictTable: verdictRules,
  renderMetrics: (accept) => exposition.render(accept),
  renderTree: () => '',
  loopback: true,
  report,
})
const counted = (frame) => {
  encoded += 1
  return writeFrame(frame)
}
feed = await addLive(app, { agent, writeFrame: counted, report, limits: { maxClients: 2_000 } })
await app.listen({ host: '127.0.0.1', port: 0 })

const watch = watchLoop()
const answers = {
  clients: () => feed.counts().clients,
  /** So many elements change at once; told in one delta. */
  change({ elements }) {
    const delta = changed(elements)
    const bytes = Buffer.byteLength(writeFrame(delta))
    pass = { ...passOf(delta) }
    encoded = 0
    const cpu = process.cpuUsage()
    const atNs = process.hrtime.bigint()
    for (const listener of listeners) listener(pass)
    const heldMs = Number(process.hrtime.bigint() - atNs) / 1e6
    const { user, system } = process.cpuUsage(cpu)
    return { atNs: String(atNs), bytes, heldMs, cpuUs: user + system, encoded }
  },
  /** Renders a scrape in this thread; with `fresh`, of measurements that were not there at the last one. */
  async render({ fresh }) {
    if (fresh) changed(snapshot.containers.length)
    pass = passOf(undefined)
    const begun = performance.now()
    const cpu = process.cpuUsage()
    const { body } = await exposition.render(undefined)
    const { user, system } = process.cpuUsage(cpu)
    const series = body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
    return { wallUs: (performance.now() - begun) * 1_000, cpuUs: user + system, series, bytes: body.length }
  },
  take: () => watch.take(),
}
process.on('message', async (question) => process.send(await answers[question.ask](question)))
process.on('disconnect', () => process.exit(0))
process.send({ port: app.server.address().port })

function changed(elements) {
  const containers = snapshot.containers.map((container, index) =>
    index < elements
      ? { ...container, rssBytes: (container.rssBytes ?? 0) + 4_096, cpuSeconds: (container.cpuSeconds ?? 0) + 0.5 }
      : container,
  )
  const next = { ...snapshot, seq: snapshot.seq + 1, takenAt: new Date().toISOString(), containers }
  const delta = diff(snapshot, next)
  snapshot = next
  return delta
}

function passOf(delta) {
  return { snapshot, facts: { pidMax: 4_194_304, zombies: { 'container-init': 0, shim: 0, init: 0, other: 0 } }, delta }
}

/** The recorded pod under other names. */
function copyOf({ shims, containers }, index) {
  const another = (text) => (text === null ? null : hex(`${text} ${index}`))
  const keyOf = (key) => `${key}-${index}`
  return {
    shims: shims.map((shim) => ({
      ...shim,
      key: keyOf(shim.key),
      id: another(shim.id),
      socket: shim.socket && `/run/containerd/s/${another(shim.socket)}`,
      bundle: shim.bundle?.replace(shim.id, another(shim.id)) ?? null,
      containers: shim.containers.map(another),
    })),
    containers: containers.map((container) => ({
      ...container,
      key: keyOf(container.key),
      id: another(container.id),
      shim: keyOf(container.shim),
      cgroup: container.cgroup?.replace(container.id, another(container.id)) ?? null,
      rssBytes: 20_000_000 + index * 4_096,
      cpuSeconds: index / 100,
      threads: 4,
      pod: container.pod && { ...container.pod, uid: hex(`pod ${index}`).slice(0, 36), name: `web-${index}` },
    })),
  }
}
