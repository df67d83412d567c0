import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import type { Snapshot, Verdict } from '../../src/core/model/snapshot.ts'
import { disagreements } from './support/agreement.ts'
import { run } from './support/command.ts'
import type { Containerd } from './support/containerd.ts'
import { busyboxImage } from './support/images.ts'
import { contradictionsOfKernel } from './support/kernel.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone, processOf, shimOf } from './support/processes.ts'
import { type Served, serve } from './support/serve.ts'
import { shimscope } from './support/shimscope.ts'
import { until } from './support/until.ts'
import type { World } from './support/world.ts'

/** With `SHIMSCOPE_STORM=whole` as large as a node may see; else as much as a busy machine with two cores gets done. */
const isWhole = process.env['SHIMSCOPE_STORM'] === 'whole'
/** A chain of so many processes, each the child of the one before, where the machine has pids for them. */
const DEEPEST = isWhole ? 10_000 : 1_200
const LEAST_DEEP = isWhole ? 2_000 : 1_200
/** So many threads of one process; so many lives of a moment. */
const THREADS = isWhole ? 5_000 : 1_000
const LIVES = isWhole ? 50_000 : 5_000
/** What a pids cgroup lets a fork bomb have. */
const BOMB = 500
/** Pids that are left to whatever else runs on this machine. */
const SPARE = 6_000

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`

/**
 * Hostile processes in containers of their own, beside healthy pods, all at once. Their pid namespaces end with the world,
 * and they with these: pid_namespaces(7).
 */
describe.skipIf(skipReal())('a storm', () => {
  const name = 'it serves all the way, accuses nobody healthy, stays within its memory, and its tree is right'
  test(name, { timeout: 600_000 }, async () => {
    const node = await openNode({})
    const { world } = node
    try {
      const containerd = await node.containerd()
      const cri = await node.cri()
      const healthy = [await cri.runPod('web', ['app', 'log']), await cri.runPod('db', ['store'])]
      await cri.runPod('job', [])
      const storm = join(world.shared, 'storm')
      const source = fileURLToPath(new URL('./support/storm.c', import.meta.url))
      await run(['gcc', '-O1', '-static', '-pthread', '-o', storm, source])

      const served = await serve(world, '--interval', '500ms')
      await limitMemory(world, served.pid)
      const beganMs = performance.now()
      const witness = watchOver(served)
      const container = async (id: string, ...act: string[]) => {
        const mount = `type=bind,src=${storm},dst=/bin/storm,options=rbind:ro`
        await containerd.ctr('default', 'run', '-d', '--mount', mount, busyboxImage, id, '/bin/storm', ...act)
        const init = (await containerd.tasks()).find((task) => task.id === id)?.pid
        // Where many want to run, each of ten thousand in a row would wait for its turn.
        if (id !== 'bomb') await world.run('busybox', 'renice', '-n', '-20', '-p', String(init))
        if (id === 'bomb') await limitPids(world, id, BOMB)
        writeFileSync(world.path(`/run/containerd/io.containerd.runtime.v2.task/default/${id}/rootfs/go`), '')
      }

      // What stands still and is too much.
      const depth = Math.max(LEAST_DEEP, Math.min(DEEPEST, pidsLeft() - THREADS - SPARE))
      await container('liars', 'liars', healthy[0]?.sandboxId ?? '')
      await container('longest', 'argv')
      await container('threads', 'threads', String(THREADS))
      await container('chain', 'chain', String(depth))
      await until('the chain is as deep as it gets', () => pidsOf(world).length > depth, 120_000)
      const seen = async (id: string) => (await snapshotOf(served)).containers.find((one) => one.id === id)
      await until('all of the chain is seen', async () => (await seen('chain'))?.processes === depth, 60_000)
      await until('all threads are seen', async () => (await seen('threads'))?.threads === THREADS, 60_000)
      const commands = await Promise.all(['doctor', 'tree'].map((name) => shimscope(world, name)))
      for (const { code, stdout } of commands) {
        expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' })
        // What a process calls itself steers no terminal.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
        expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      }
      expect(commands[0]?.stdout).toMatch(/pidtree agrees on \d{4,5} processes/)
      await contradictsNobody(node, served)

      // What comes and goes.
      await container('bomb', 'bomb')
      const pidsBefore = Math.max(...pidsOf(world))
      await container('short', 'short', String(LIVES))
      const reused = await reusePids(world, containerd, storm)
      await until('all short lives are over', () => isStopped(containerd, 'short'), 150_000)
      const most = witness.mostProcesses()

      // The calm after.
      for (const id of ['bomb', 'short', 'liars', 'longest', 'threads', 'chain', ...reused]) await end(containerd, id)
      await until('the storm is over', () => pidsOf(world).length < 100, 60_000)
      await contradictsNobody(node, served)
      await until('nothing is wrong', async () => (await snapshotOf(served)).verdicts.length === 0, 60_000)

      const { asked, slowestMs, accused } = await witness.end()
      // Who storms may be suspected while he does; of whom a pid was taken away something is wrong indeed.
      const pods = new Set((await cri.sandboxes()).map(({ sandboxId }) => sandboxId))
      for (const { containerIds } of healthy) for (const id of containerIds) pods.add(id)
      const ofWhom = (line: string) => line.split(' ').at(-1) ?? ''
      expect([...accused].filter((line) => pods.has(ofWhom(line)))).toEqual([])
      expect([...accused].filter((line) => line.startsWith('firing') && !reused.includes(ofWhom(line)))).toEqual([])
      const status = readFileSync(world.path(`/proc/${served.pid}/status`), 'utf8')
      const peakBytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
      expect(peakBytes).toBeLessThan(memoryLimit())
      const metrics = await served.fetch('/metrics')
      const value = (name: string) => Number(new RegExp(`^${name} ([\\d.]+)`, 'm').exec(metrics)?.[1] ?? Number.NaN)
      const elapsed = (performance.now() - beganMs) / 1_000
      // One after the other, or they would take longer together than there was time.
      const [passes, inPasses] = ['count', 'sum'].map((of) => value(`shimscope_pass_duration_seconds_${of}`))
      expect(inPasses).toBeLessThan(elapsed)
      expect(value('shimscope_failed_passes_total')).toBe(0)
      expect(value('shimscope_hung_readings_total')).toBe(0)
      console.log(
        [
          `a storm of ${elapsed.toFixed(0)} s: a chain of ${depth}, ${THREADS} threads, a fork bomb of ${BOMB}, ${LIVES} short lives (pids came round from ${pidsBefore}), ${reused.length} pids used again; ${most} processes at the most`,
          `${passes} passes took ${inPasses?.toFixed(1)} s; ${asked} requests were all answered, the slowest after ${slowestMs.toFixed(0)} ms`,
          `memory: ${megabytes(peakBytes)} at the most, of ${megabytes(memoryLimit())}; verdicts on the way: ${[...accused].join(', ') || 'none'}`,
        ].join('\n'),
      )
    } finally {
      await world.close()
    }
  })
})

const snapshotOf = async (served: Served): Promise<Snapshot> => JSON.parse(await served.fetch('/api/v1/snapshot'))

/** The runtimes and the kernel say the same as the daemon: as soon as a pass has seen what is there. */
async function contradictsNobody(node: Awaited<ReturnType<typeof openNode>>, served: Served): Promise<void> {
  let found: readonly string[] = []
  await until(
    'it agrees',
    async () => {
      const snapshot = await snapshotOf(served)
      const truth = await node.truth()
      const shims = truth.shims.filter((pid) => !isLiar(node.world, pid))
      found = [...disagreements(snapshot, { ...truth, shims }), ...contradictionsOfKernel(snapshot, node.world)]
      return found.length === 0
    },
    30_000,
  ).catch(() => expect(found).toEqual([]))
}

/** The runtimes know nothing of it, and its name is all that the oracle goes by. */
function isLiar(world: World, pid: number): boolean {
  try {
    return basename(readlinkSync(world.path(`/proc/${pid}/exe`))) === 'storm'
  } catch {
    return false // it has gone
  }
}

/** Asks all the time, and notes whoever is accused. */
function watchOver(served: Served) {
  const accused = new Set<string>()
  let asked = 0
  let slowestMs = 0
  let mostProcesses = 0
  let isOver = false
  const told = ({ code, status, subject }: Verdict) => `${status} ${code} ${subject.id ?? subject.pid ?? subject.kind}`
  const watching = (async () => {
    while (!isOver) {
      const beganMs = performance.now()
      await served.fetch('/-/healthy')
      const { verdicts, pass } = await snapshotOf(served)
      slowestMs = Math.max(slowestMs, performance.now() - beganMs)
      asked += 2
      mostProcesses = Math.max(mostProcesses, pass.processes)
      for (const verdict of verdicts) accused.add(told(verdict))
      await sleep(200)
    }
  })()
  watching.catch(() => {})
  return {
    mostProcesses: () => mostProcesses,
    async end() {
      isOver = true
      await watching
      return { asked, slowestMs, accused }
    },
  }
}

/** Pids of a container's init, and of a shim, at once those of another program. */
async function reusePids(world: World, containerd: Containerd, storm: string): Promise<string[]> {
  const ids = Array.from({ length: 6 }, (_, n) => `reused-${n}`)
  for (const [n, id] of ids.entries()) {
    await containerd.run(id)
    const init = (await containerd.tasks()).find((task) => task.id === id)?.pid ?? 0
    const pid = n % 2 === 0 ? init : shimOf(world, id)
    await world.kill('KILL', pid)
    await gone(world, pid)
    await world.run(storm, 'reuse', String(pid))
    await until(`pid ${pid} is another program's`, () => processOf(world, pid)?.comm === 'newcomer')
  }
  return ids
}

const isStopped = async (containerd: Containerd, id: string): Promise<boolean> =>
  (await containerd.tasks()).some((task) => task.id === id && task.status === 'STOPPED')

/** With all that is in it. */
async function end(containerd: Containerd, id: string): Promise<void> {
  if (!(await containerd.tasks()).some((task) => task.id === id)) return
  await containerd.ctr('default', 'task', 'kill', '-a', '-s', 'SIGKILL', id).catch(() => {})
  await until(`${id} is stopped`, () => isStopped(containerd, id), 120_000)
  await containerd.ctr('default', 'task', 'delete', id)
}

/** What the manifest for Kubernetes gives the agent, in bytes. */
function memoryLimit(): number {
  const manifest = readFileSync(new URL('../../deploy/kubernetes/base/daemon-set.yaml', import.meta.url), 'utf8')
  const { limits } = parse(manifest).spec.template.spec.containers[0].resources
  return Number(/^(\d+)Mi$/.exec(limits.memory)?.[1]) * 2 ** 20
}

/** The kernel itself holds the agent to it, where it has the controller of cgroup v1. */
async function limitMemory(world: World, pid: number): Promise<void> {
  const script = `cd /sys/fs/cgroup/memory 2>/dev/null || exit 0
    mkdir agent && echo ${memoryLimit()} > agent/memory.limit_in_bytes && echo ${pid} > agent/cgroup.procs`
  await world.run('sh', '-c', script)
}

async function limitPids(world: World, id: string, most: number): Promise<void> {
  const inV1 = `/sys/fs/cgroup/pids/default/${id}/pids.max`
  const inV2 = `/sys/fs/cgroup/default/${id}/pids.max`
  await world.run('sh', '-c', `if [ -e ${inV1} ]; then echo ${most} > ${inV1}; else echo ${most} > ${inV2}; fi`)
}

/** Of the machine: a pid namespace takes its pids from those above it, too. pid_namespaces(7) */
function pidsLeft(): number {
  const most = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'))
  return most - Number(/\/(\d+) /.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1])
}

const pidsOf = (world: World): number[] =>
  readdirSync(world.path('/proc'))
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
