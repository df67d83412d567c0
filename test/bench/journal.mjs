// What the journal of a busy node takes: bytes on the disk and processor time for writing it, by the hour and by the day.
//
//   npm run bench:journal -- [--hours=1] [--pods=100] [--changes=10]      (--hours=24 takes some two minutes)
//
// A simulated node with so many pods, each a shim and a container with a sandbox, looked at every 2 s of a clock that
// runs ahead. So many elements change in each second: containers end and start again under a new id with their shims, or
// a verdict comes and goes; and every 15 s all measurements move, as they do on a real node. Written with the code that
// serve runs, on a real disk. Only what the journal does is counted, not the making of the changes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { diff } from '../../dist/core/snapshot/diff.js'
import { Journal } from '../../dist/journal/journal.js'

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '1' },
    pods: { type: 'string', default: '100' },
    changes: { type: 'string', default: '10' },
  },
})
const [hours, pods, changes] = [values.hours, values.pods, values.changes].map(Number)
const passMs = 2_000
const idOf = (text) => createHash('sha256').update(text).digest('hex')
const byKey = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
const daemon = {
  key: '812@100',
  pid: 812,
  ppid: 1,
  runtime: 'containerd',
  addresses: ['/run/containerd/containerd.sock'],
  startedAt: '2026-11-01T08:00:00.000Z',
  state: 'listening',
  within: null,
}

/** A pod in its so-many-th life, at a time. */
function podOf(index, life, atMs) {
  const sandboxId = idOf(`sandbox ${index} ${life}`)
  const id = idOf(`container ${index} ${life}`)
  const pid = 1_000 + ((index * 37 + life * 11_003) % 4_000_000)
  const uid = idOf(`pod ${index}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5')
  const startedAt = new Date(atMs).toISOString()
  const key = `${pid}@${Math.floor(atMs / 10) % 1e9}`
  const shim = {
    key,
    pid,
    ppid: 1,
    runtime: 'containerd-shim-runc-v2',
    generation: 'v2',
    containerdNamespace: 'k8s.io',
    id: sandboxId,
    address: '/run/containerd/containerd.sock',
    daemon: daemon.key,
    socket: `/run/containerd/s/${idOf(`socket ${sandboxId}`)}`,
    connections: 1,
    unaccepted: 0,
    bundle: `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${sandboxId}`,
    bundleDeleted: false,
    binaryReplaced: false,
    parentage: 'init',
    relation: 'pod',
    supervision: 'managed',
    containers: [sandboxId, id],
    within: null,
    startedAt,
    rssBytes: 10_000_000,
    threads: 11,
    cpuSeconds: 0.05,
  }
  const containerOf = (role, ownId, name, initPid) => ({
    key: `/run/containerd/containerd.sock|k8s.io|${ownId}`,
    id: ownId,
    containerdNamespace: 'k8s.io',
    runtime: 'containerd',
    role,
    shim: key,
    initPid,
    chain: ['kubelet', 'containerd', 'containerd-shim-runc-v2'],
    state: 'running',
    name,
    image: 'registry.k8s.io/app:v1',
    pod: { uid, name: `app-${index}`, namespace: 'default' },
    cgroup: `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${ownId}.scope`,
    processes: 2,
    threads: 4,
    zombies: 0,
    execs: [],
    within: null,
    startedAt,
    rssBytes: 20_000_000,
    cpuSeconds: 0.5,
  })
  return {
    shim,
    containers: [containerOf('sandbox', sandboxId, null, pid + 20), containerOf('container', id, 'app', pid + 40)],
    verdict: {
      key: `shim-wedged|${key}`,
      code: 'shim-wedged',
      severity: 'critical',
      status: 'firing',
      since: startedAt,
      subject: { kind: 'shim', key, id: sandboxId, pid },
      summary: `shim ${pid} accepts no connection`,
      evidence: [{ source: '/proc/net/unix', observed: `2 connections of ${shim.socket} wait to be accepted` }],
      resembles: ['containerd/containerd#5708'],
      next: 'Look at what it waits for: cat /proc/PID/task/*/wchan',
    },
  }
}

const begunMs = Date.parse('2026-11-21T00:00:00Z')
const node = Array.from({ length: pods }, (_, index) => ({ life: 0, wrong: false, ...podOf(index, 0, begunMs) }))
let dice = 1
const below = (most) => {
  dice = (dice * 48_271) % 2_147_483_647
  return dice % most
}

/** Each its own numbers: what is alike would be packed too well. */
const measured = (element, now) => ({
  ...element,
  rssBytes: element.rssBytes + below(800) * 4_096,
  cpuSeconds: Math.round((now.cpuSeconds + below(200) / 100) * 100) / 100,
})

/** A pod that is restarted is six changes: a shim and two containers go, and as many come. A verdict is one. */
function change(atMs) {
  let left = (changes * passMs) / 1_000
  while (left > 0) {
    const index = below(pods)
    const pod = node[index]
    if (left >= 6 && below(4) > 0) {
      node[index] = { life: pod.life + 1, wrong: false, ...podOf(index, pod.life + 1, atMs) }
      left -= 6
    } else {
      node[index] = { ...pod, wrong: !pod.wrong }
      left -= 1
    }
  }
}

function look(seq, atMs, before) {
  const tick = Math.floor((atMs - begunMs) / 15_000)
  const known = new Map([...(before?.shims ?? []), ...(before?.containers ?? [])].map((one) => [one.key, one]))
  const isDue = tick !== Math.floor((atMs - passMs - begunMs) / 15_000)
  // Between two measurements the former one stands.
  const shown = (one) => (isDue ? measured(one, known.get(one.key) ?? one) : (known.get(one.key) ?? one))
  return {
    schema: 'shimscope/v1',
    node: 'node-1',
    bootId: '6f1c0e2a-0000-4000-8000-000000000001',
    run: 'bench',
    seq,
    takenAt: new Date(atMs).toISOString(),
    pass: {
      source: 'live',
      durationMs: 12.5 + below(100) / 10,
      processes: 1_000,
      threads: 3_000,
      complete: true,
      reads: { known: 9_000, gone: 2, denied: 0, malformed: 0 },
      denied: {},
    },
    daemons: [daemon],
    shims: node.map(({ shim }) => shown(shim)).sort(byKey),
    containers: node.flatMap(({ containers }) => containers.map(shown)).sort(byKey),
    verdicts: node.flatMap(({ wrong, verdict }) => (wrong ? [verdict] : [])).sort(byKey),
  }
}

const directory = mkdtempSync(join(tmpdir(), 'shimscope-journal-'))
const outcomes = []
const journal = new Journal({
  directory,
  maxBytes: 100e9,
  maxAgeMs: 1e12,
  report: (outcome) => outcomes.push(outcome),
})
await journal.open()
const listeners = []
journal.follow({ latest: () => undefined, subscribe: (listener) => listeners.push(listener) && (() => {}) })

let before
let events = 0
let changed = 0
let cpuMicroseconds = 0
const passes = Math.round((hours * 3_600_000) / passMs)
for (let pass = 0; pass < passes; pass += 1) {
  const atMs = begunMs + pass * passMs
  if (pass > 0) change(atMs)
  const made = look(before?.seq ?? 1, atMs, before)
  const delta = before && diff(before, { ...made, seq: before.seq + 1 })
  const snapshot = delta === undefined ? made : { ...made, seq: delta.seq }
  const begun = process.cpuUsage()
  for (const listener of listeners) listener({ snapshot, delta })
  const { user, system } = process.cpuUsage(begun)
  cpuMicroseconds += user + system
  events += delta?.events.length ?? 0
  for (const list of Object.values({ ...delta?.changed, gone: delta?.removed.shims })) changed += list?.length ?? 0
  before = snapshot
}
const { bytes, segments, failedWrites } = journal.counts()
await journal.close()
rmSync(directory, { recursive: true })
if (failedWrites > 0) throw new Error(`the journal could not be written: ${JSON.stringify(outcomes)}`)

const simulatedSeconds = passes * (passMs / 1_000)
const mega = (count) => (count / 1e6).toFixed(1)
console.log(
  [
    `${hours} h of a node with ${pods} pods, ${changes} changes a second and all measurements every 15 s:`,
    `${passes} passes, ${changed} elements written, ${events} events`,
    `${mega(bytes)} MB in ${segments} segments: ${mega((bytes / simulatedSeconds) * 86_400)} MB a day`,
    `an hour of it: ${Math.round(events / hours)} events, ${mega(bytes / hours)} MB, ${(cpuMicroseconds / 1e6 / hours).toFixed(1)} s of processor time`,
    `${(cpuMicroseconds / 1e6).toFixed(2)} s of processor time: ${(cpuMicroseconds / 1e4 / simulatedSeconds).toFixed(3)} % of a core`,
  ].join('\n'),
)
