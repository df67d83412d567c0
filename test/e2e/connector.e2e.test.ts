import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startLoop } from '../../src/agent/loop.ts'
import { passesHere } from '../../src/agent/passes.ts'
import type { EventType } from '../../src/core/model/event.ts'
import { interestOf } from '../../src/core/inspect.ts'
import type { Announced } from '../../src/sources/announcements.ts'
import { Collector } from '../../src/sources/collect.ts'
import type { ProcSource } from '../../src/sources/proc-source.ts'
import { inTurns } from '../../src/sources/rhythm.ts'
import { connectorWakeUps } from '../../src/sources/connector.ts'
import { liveSource } from '../../src/sources/live.ts'
import { attempt, run } from './support/command.ts'
import type { Containerd } from './support/containerd.ts'
import { type FeedClient, followFeed } from './support/feed-client.ts'
import { busyboxImage } from './support/images.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { hearProcesses } from './support/process-witness.ts'
import type { Served } from './support/serve.ts'
import { serveOnHost } from './support/serve-on-host.ts'
import { spread } from './support/spread.ts'
import { until } from './support/until.ts'
import { project, type World } from './support/world.ts'

/** What inotify alone takes is measured in worlds: beyond them a container of theirs is elsewhere in each hierarchy. */
const choices = ['connector', 'off'] as const
/** So rarely that whatever is seen here was not seen by the timer, but for `off`, where nothing else looks. */
const intervals: Readonly<Record<(typeof choices)[number], string>> = { connector: '1h', off: '2s' }

const host = { procfs: '/proc', cgroupfs: '/sys/fs/cgroup' }
/** Of this run: other worlds may be on this machine, and the agent sees them too. */
const named = (name: string) => `${name}-${process.pid}`

describe.skipIf(skipReal())('the process connector on a real node', () => {
  test('starts and exits of containers, by what wakes, told to clients of two agents at once', async () => {
    await inWorld(async ({ world, containerd }) => {
      const witness = hearProcesses()
      try {
        const agents: Awaited<ReturnType<typeof agentWith>>[] = []
        for (const choice of choices) agents.push(await agentWith(world, choice))
        for (let n = 0; n < 14; n += 1) {
          const id = named(`c${n}`)
          const running = agents.map((agent) =>
            agent.client.sees(`${id} runs, by ${agent.choice}`, () => agent.stateOf(id) === 'running'),
          )
          await containerd.run(id)
          const runningMs = await Promise.all(running)
          const pid = await until(`the first process of ${id}`, () => agents[0]?.initPidOf(id))
          const beganMs = await until(`the program of ${id}`, () => witness.execs.get(pid))
          await sleep(1_000)
          const exited = agents.map(({ choice, client }) =>
            client.sees(`${id} has exited, by ${choice}`, () => told(client, 'container-exited').includes(id)),
          )
          process.kill(pid, 'SIGKILL')
          const exitedMs = await Promise.all(exited)
          const endedMs = await until(`the end of ${id}`, () => witness.exits.get(pid))
          await containerd.ctr('default', 'task', 'delete', id)
          await sleep(1_000)
          // The first are slow: a program is compiled while it runs.
          if (n < 4) continue
          for (const [index, agent] of agents.entries()) {
            agent.startMs.push((runningMs[index] ?? 0) - beganMs)
            agent.exitMs.push((exitedMs[index] ?? 0) - endedMs)
          }
        }
        for (const { choice, startMs, exitMs, served } of agents) {
          console.log(`${choice}: start ${spread(startMs)}; exit ${spread(exitMs)}; ${await costOf(served)}`)
          const { lost, heard } = await countsOf(served)
          expect(lost).toBe(0)
          expect(heard > 0).toBe(choice === 'connector')
        }
      } finally {
        witness.close()
      }
    })
  })

  test('containers that live for 50 ms or less are told of, or at least counted', { timeout: 600_000 }, async () => {
    await onHost(['--interval', '1h', '--wake-ups', 'connector'], async ({ containerd, client, served }) => {
      const lives = new Map([
        ['50 ms', ['busybox', 'usleep', '50000']],
        ['no time', ['true']],
      ])
      let briefBefore = 0
      for (const [life, program] of lives) {
        const ids = Array.from({ length: 40 }, (_, n) => named(`short-${program.at(-1)}-${n}`))
        for (const id of ids) await containerd.ctr('default', 'run', '--rm', busyboxImage, id, ...program)
        // After that time what no pass has shown is counted; passes that were put off have been made long before.
        await sleep(12_000)
        const known = (type: EventType) => ids.filter((id) => told(client, type).includes(id)).length
        const [created, started, exited] = (['created', 'started', 'exited'] as const).map((what) =>
          known(`container-${what}`),
        )
        const { brief } = await countsOf(served)
        console.log(
          `living ${life}: ${ids.length} one after the other, ${created} told as created, ${started} as started, ${exited} as exited, ${brief - briefBefore} counted that no pass has shown; ${await costOf(served)}`,
        )
        expect(exited).toBe(created)
        expect((created ?? 0) + brief - briefBefore).toBeGreaterThanOrEqual(ids.length)
        briefBefore = brief
      }
      expect((await countsOf(served)).lost).toBe(0)
    })
  })

  test('of a bomb of 10,000 programs in a container nothing is lost, and it is no reason to look', async () => {
    await onHost(['--interval', '1h', '--wake-ups', 'connector'], async ({ world, containerd, client, served }) => {
      const id = named('bomb')
      const program = '/bin/busybox'
      const script = `until [ -e /begin ]; do ${program} usleep 100000; done; i=0; while [ $i -lt 10000 ]; do ${program} true; i=$((i+1)); done; touch /end; exec sleep 3600`
      const running = client.sees(`${id} runs`, () => told(client, 'container-started').includes(id))
      await containerd.run(id, { command: ['sh', '-c', script] })
      await running
      await sleep(2_000)
      const file = (name: string) =>
        world.path(`/run/containerd/io.containerd.runtime.v2.task/default/${id}/rootfs/${name}`)
      const before = await countsOf(served)
      const cpuBefore = await cpuOf(served)
      const beganMs = performance.now()
      await run(['touch', file('begin')])
      await until('the bomb is over', async () => (await attempt(['test', '-e', file('end')])).code === 0, 240_000)
      const tookMs = performance.now() - beganMs
      await sleep(200)
      const after = await countsOf(served)
      const heard = after.heard - before.heard
      const cpuMs = ((await cpuOf(served)) - cpuBefore) * 1_000
      console.log(
        `bomb: ${heard} events in ${(tookMs / 1_000).toFixed(1)} s, ${after.lost} lost, ${after.overflows} overflows, ${after.woken - before.woken} passes, ${((cpuMs / heard) * 1_000).toFixed(1)} us of CPU an event, all of the agent included`,
      )
      // Each began, became a program and ended.
      expect(heard).toBeGreaterThanOrEqual(30_000)
      expect({ lost: after.lost, overflows: after.overflows }).toEqual({ lost: 0, overflows: 0 })
    })
  })

  test('of an end that matters it tells at once: what is left of the time until a client knows is the pass', async () => {
    const wakeUps = connectorWakeUps(host)
    if (typeof wakeUps === 'string') throw new Error(`no connector: ${wakeUps}`)
    const witness = hearProcesses()
    const wokeMs: number[] = []
    wakeUps.start(() => wokeMs.push(performance.now()))
    const took: number[] = []
    try {
      for (let n = 0; n < 100; n += 1) {
        const child = spawn('sleep', ['60'], { stdio: 'ignore' })
        await once(child, 'spawn')
        const pid = child.pid ?? 0
        wakeUps.follow({
          daemons: [],
          containers: [],
          shims: [{ key: `${pid}@1`, pid, bundle: null, bundleDeleted: null }],
        })
        await sleep(40)
        wokeMs.length = 0
        child.kill('SIGKILL')
        await until(`it tells of ${pid}`, () => wokeMs.length > 0)
        took.push((wokeMs[0] ?? 0) - (await until(`the end of ${pid}`, () => witness.exits.get(pid))))
      }
    } finally {
      witness.close()
      wakeUps.close()
    }
    console.log(`from the end of a process to the wake-up: ${spread(took, 1)}`)
    expect(took).toHaveLength(100)
  })

  test('an overflow is noticed, counted and repaired', async () => {
    const { world, ...node } = await openNode({})
    try {
      const containerd = await node.containerd()
      const id = named('lost')
      await containerd.run(id)
      // The least that the kernel grants: room for a handful of events.
      const wakeUps = connectorWakeUps(host, { bufferBytes: 1 })
      if (typeof wakeUps === 'string') throw new Error(`no connector: ${wakeUps}`)
      const passes = passesHere(liveSource(host), { graceMs: 30_000, redaction: 'secrets', run: 'overflow' })
      const agent = startLoop(passes, { intervalMs: 3_600_000, wakeUps })
      world.atClose(() => agent.close())
      await agent.ready
      const container = () => agent.latest()?.snapshot.containers.find((one) => one.id === id)
      const pid = await until(`the first process of ${id}`, () => container()?.initPid)
      const before = agent.counts()
      // This thread hears nothing meanwhile, and what matters comes when there is no room left.
      spawnSync('sh', ['-c', `i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done; kill -9 ${pid}`])
      const beganMs = performance.now()
      await until('the exit is seen', () => container()?.state === 'stopped')
      const seenMs = performance.now() - beganMs
      // The numbers tell what is missing when the next event comes.
      await until('what was lost is counted', () => {
        spawnSync('true')
        return (agent.counts().wakeUps?.processEvents?.lost ?? 0) > 500
      })
      const after = agent.counts()
      console.log(
        `overflow: ${after.wakeUps?.processEvents?.lost} events lost, ${after.wakeUps?.overflows} overflows; the exit that was lost was seen ${seenMs.toFixed(0)} ms later`,
      )
      expect(after.wakeUps?.overflows).toBeGreaterThan(before.wakeUps?.overflows ?? 0)
      expect(after.wakeUps?.passes).toBeGreaterThan(before.wakeUps?.passes ?? 0)
    } finally {
      await world.close()
    }
  })

  test('passes follow what is announced, with a list of all processes now and then, and see what is there', async () => {
    const wakeUps = connectorWakeUps(host)
    if (typeof wakeUps === 'string') throw new Error(`no connector: ${wakeUps}`)
    const live = liveSource(host)
    let lists = 0
    const counting: ProcSource = {
      ...live,
      list(path) {
        if (path === '/proc') lists += 1
        return live.list(path)
      },
    }
    const follower = new Collector(counting, { rhythm: inTurns(2_000) })
    const family = await startFamily()
    try {
      wakeUps.start(() => {})
      const seenBy = async (collector: Collector, announced: Announced) => {
        const host = await collector.pass(interestOf, { announced })
        if (host === false) throw new Error('the node ended')
        const found = host.processes.filter(({ session }) => session === family.pid)
        return {
          differences: host.audit.differences,
          found: found.map(({ key, ppid, comm, state, argv, cgroup }) => ({
            ...{ key, ppid, comm, argv, cgroup },
            isDead: state === 'Z',
          })),
        }
      }
      const before = (await seenBy(follower, wakeUps.announced?.())).found.length
      expect(before).toBeGreaterThan(1_000)
      const rounds = 40
      let passes = 0
      for (let round = 0; round < rounds; round += 1) {
        await family.does(happenings[round % happenings.length] ?? '')
        // A program that is just starting is one thing to the first look and another to the next.
        await until('nothing happens meanwhile', async () => {
          const first = await seenBy(new Collector(live), undefined)
          const { found, differences } = await seenBy(follower, wakeUps.announced?.())
          const second = await seenBy(new Collector(live), undefined)
          passes += 1
          expect(differences).toEqual({})
          if (JSON.stringify(first.found) !== JSON.stringify(second.found)) return false
          expect(found).toEqual(second.found)
          return true
        })
      }
      const { processEvents } = wakeUps.counts()
      console.log(`${passes} passes over ${before} processes: ${lists} lists, ${processEvents?.heard} events heard`)
      expect(processEvents?.lost).toBe(0)
      expect(lists).toBeLessThan(0.7 * passes)
    } finally {
      wakeUps.close()
      await family.end()
    }
  })

  test('it ends at once, also in the midst of events and without being closed', async () => {
    const storm = spawn('sh', ['-c', 'while :; do /bin/true; done'], { stdio: 'ignore' })
    const script = (end: string) => `
      const { connectorWakeUps } = await import(${JSON.stringify(join(project, 'dist/sources/connector.js'))})
      const wakeUps = connectorWakeUps({ procfs: '/proc' })
      wakeUps.start(() => {})
      setTimeout(() => { ${end} }, 30)`
    try {
      for (const end of ['process.exit(3)', 'wakeUps.close(); process.exitCode = 3', 'process.exitCode = 3']) {
        for (let round = 0; round < 10; round += 1) {
          const { code, stderr } = await attempt([process.execPath, '--input-type=module', '-e', script(end)])
          expect({ end, code, stderr }).toEqual({ end, code: 3, stderr: '' })
        }
      }
    } finally {
      storm.kill('SIGKILL')
      await once(storm, 'exit')
    }
  })

  test('who may hear it, and what stands in the way of others', async () => {
    const { world } = await openNode({})
    try {
      const script = (from: string) =>
        `import(${JSON.stringify(from)}).then(({ tryConnector }) => console.log(tryConnector({ procfs: '/proc' })))`
      const tries = (...as: readonly string[]) =>
        attempt([...as, process.execPath, '-e', script(join(project, 'dist/sources/connector.js'))])
      const nobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all'.split(' ')
      expect(await tries()).toMatchObject({ stdout: 'heard\n' })
      expect(await tries('unshare', '--net')).toMatchObject({ stdout: 'network-namespace\n' })
      expect(await tries('unshare', '--pid', '--fork', '--mount-proc')).toMatchObject({ stdout: 'namespaces\n' })
      expect(await tries('unshare', '--user', '--map-root-user')).toMatchObject({ stdout: 'namespaces\n' })
      // In a pid namespace with the procfs of the node: events would be of its pids, and none come.
      expect(await tries('unshare', '--pid', '--fork')).toMatchObject({ stdout: 'procfs\n' })
      const [major = 0, minor = 0] = (await run(['uname', '-r'])).split('.').map(Number)
      const isOpenToAll = major > 6 || (major === 6 && minor >= 6)
      expect(await tries(...nobody)).toMatchObject({ stdout: isOpenToAll ? 'heard\n' : 'CAP_NET_ADMIN\n' })
      // As it was installed with --omit=optional.
      for (const part of ['sources', 'core'])
        cpSync(join(project, 'dist', part), join(world.shared, 'dist', part), { recursive: true })
      await run(['sh', '-c', `echo '{"type":"module"}' > ${join(world.shared, 'package.json')}`])
      const without = script(join(world.shared, 'dist/sources/connector.js'))
      expect(await attempt([process.execPath, '-e', without])).toMatchObject({ stdout: 'koffi\n' })
    } finally {
      await world.close()
    }
  })
})

/** What a shell does for its family to be another one: `$p` is its latest child. */
const happenings = [
  'sleep 1001 & p=$!',
  'kill -9 $p; wait $p',
  // Its child has another parent.
  'sh -c "sleep 1002 & sleep 1003 & exit"',
  // It becomes another program, when it can be told to.
  `sh -c 'trap "exec sleep 1004" USR1; sleep 1006 & wait' & p=$!; until grep -q '^SigCgt:.*2..$' /proc/$p/status; do usleep 1000; done`,
  'kill -USR1 $p; until grep -q ^sleep /proc/$p/comm; do usleep 1000; done',
  // Nobody reaps its child, and then another does.
  'sh -c "usleep 1000 & exec sleep 1005" & p=$!; until grep -q " Z $p " /proc/[0-9]*/stat; do usleep 1000; done',
  'kill -9 $p; wait $p; while grep -q "(usleep) Z" /proc/[0-9]*/stat; do usleep 1000; done',
  'printf renamed > /proc/$$/comm',
  'printf again > /proc/$$/comm',
]

/** A thousand who sleep, and a shell of busybox among them, in a session of its own. */
async function startFamily() {
  const shell = spawn('busybox', ['sh'], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: shell.stdout })
  const does = async (what: string) => {
    const done = once(lines, 'line')
    shell.stdin.write(`{ ${what}; } 2>/dev/null; echo\n`)
    await done
  }
  await does('i=0; while [ $i -lt 1000 ]; do sleep 1000 & i=$((i+1)); done')
  const pid = shell.pid ?? 0
  return {
    pid,
    does,
    async end() {
      const ended = once(shell, 'exit')
      process.kill(-pid, 'SIGKILL')
      await ended
    },
  }
}

/** Another one over the same world. */
async function agentWith(world: World, choice: (typeof choices)[number]) {
  const served = await serveOnHost(world, '--wake-ups', choice, '--interval', intervals[choice])
  const client = await followFeed(served)
  world.atClose(() => client.close())
  const find = (id: string) => client.view()?.current?.containers.find((one) => one.id === id)
  return {
    ...{ choice, served, client, startMs: [] as number[], exitMs: [] as number[] },
    stateOf: (id: string) => find(id)?.state,
    initPidOf: (id: string) => find(id)?.initPid,
  }
}

interface Running {
  world: World
  containerd: Containerd
  served: Served
  client: FeedClient
}

async function inWorld(act: (running: Pick<Running, 'world' | 'containerd'>) => Promise<void>): Promise<void> {
  const { world, ...node } = await openNode({})
  try {
    const containerd = await node.containerd()
    await containerd.importImages('default')
    await act({ world, containerd })
  } finally {
    await world.close()
  }
}

/** The agent runs on this machine, since the connector knows no other namespaces, and sees the world's containerd beneath. */
const onHost = (options: readonly string[], act: (running: Running) => Promise<void>): Promise<void> =>
  inWorld(async ({ world, containerd }) => {
    const served = await serveOnHost(world, ...options)
    const client = await followFeed(served)
    world.atClose(() => client.close())
    await act({ world, containerd, served, client })
  })

const told = (client: FeedClient, type: EventType): (string | undefined)[] =>
  client.happened.filter(({ event }) => event.type === type).map(({ event }) => event.subject.id)

async function countsOf(served: Served) {
  const text = await served.fetch('/metrics')
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0)
  return {
    passes: value('shimscope_pass_duration_seconds_count'),
    passSeconds: value('shimscope_pass_duration_seconds_sum'),
    cpuSeconds: value('process_cpu_seconds_total'),
    woken: value('shimscope_woken_passes_total'),
    postponed: value('shimscope_postponed_passes_total'),
    overflows: value('shimscope_wake_up_overflows_total'),
    heard: value('shimscope_process_events_total'),
    brief: value('shimscope_brief_containers_total'),
    lost: value('shimscope_lost_process_events_total'),
  }
}
const cpuOf = async (served: Served) => (await countsOf(served)).cpuSeconds

async function costOf(served: Served): Promise<string> {
  const { passes, passSeconds, woken, postponed, heard } = await countsOf(served)
  return `${woken} passes woken, ${postponed} of them put off, ${((passSeconds / passes) * 1_000).toFixed(0)} ms each, ${heard} events of processes`
}
