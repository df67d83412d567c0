import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import type { Diagnosis } from '../../src/core/sight/diagnose.ts'
import type { Containerd } from './support/containerd.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { besideSomebodyHidden, elsewhere, levels } from './support/privilege-levels.ts'
import { aged, inState, killed, processes, shimOf } from './support/processes.ts'
import { shimscopeIn, snapshotOf } from './support/shimscope.ts'
import { until } from './support/until.ts'
import type { World } from './support/world.ts'

const page = new URL('../../README.md', import.meta.url)
const tasks = '/run/containerd/io.containerd.runtime.v2.task'

/** What one reader sees of the node, while the daemon runs and after it was killed. */
interface Sight {
  readonly name: string
  readonly snapshots: Snapshot[]
  doctor?: Diagnosis
}

describe.skipIf(skipReal())('the same node at every level of privilege', () => {
  let node: Node
  let world: World
  let containerd: Containerd
  const full: Sight = { name: 'root', snapshots: [] }
  const sights: Sight[] = levels.map(({ name }) => ({ name, snapshots: [] }))

  beforeAll(async () => {
    node = await openNode({})
    world = node.world
    containerd = await node.containerd()
    await plant()
    await look([
      ...['shim-abandoned', 'shim-leaked', 'shim-wedged', 'sandbox-dead'],
      ...['container-zombies', 'container-init-zombie'],
    ])
    await containerd.stop('KILL')
    const lost = shimOf(world, 'lost')
    await killed(world, lost)
    await look(['shim-daemonless', 'container-shimless', 'shim-wedged'])
  })
  afterAll(() => world.close())

  /** Healthy containers and pods, and beside them what goes wrong while containerd lives. */
  async function plant(): Promise<void> {
    await containerd.run('forgotten')
    await containerd.run('ended')
    const init = await pidOf('ended')
    await containerd.stop('TERM')
    await world.run('sh', '-c', `for bundle in ${tasks}/*/*; do umount $bundle/rootfs; rm -r $bundle; done`)
    await containerd.start()
    await killed(world, init)

    const cri = await node.cri()
    await cri.runPod('shop', ['app'])
    const { sandboxId } = await cri.runPod('headless', ['app', 'proxy'])
    await world.kill('KILL', await pidOf(sandboxId))
    const shim = shimOf(world, sandboxId)
    await until('its bundle is deleted', async () =>
      (await world.run('readlink', `/proc/${shim}/cwd`)).includes('(deleted)'),
    )
    await containerd.run('paused')
    await containerd.ctr('default', 'task', 'pause', 'paused')
    await containerd.run('stopped')
    await world.kill('KILL', await pidOf('stopped'))
    // A young shim whose bundle is closed to a reader may be about to create its container, for all that he knows.
    await aged(world, shimOf(world, 'stopped'), 11)
    for (const id of ['web', 'lost']) await containerd.run(id)
    // Of the user whom most levels are: shown to him whatever else is hidden.
    for (const id of ['web', 'lost'])
      await containerd.ctr('default', 'task', 'exec', '-d', '--exec-id', 'his', '--user', '65534', id, 'sleep', '3603')
    await containerd.run('littered', { command: ['sh', '-c', 'true & true & exec sleep 3600'] })
    await until('two zombies', () => processes(world).filter(({ state }) => state === 'Z').length >= 2)

    await containerd.run('undying')
    const undying = await pidOf('undying')
    const visitor = await world.start('/run/visitor.log', 'nsenter', '-t', `${undying}`, '-p', 'sleep', '3602')
    await until('the visitor is inside', () => processes(world).some(({ ppid }) => ppid === visitor))
    await world.kill('STOP', visitor)
    await inState(world, visitor, 'T')
    await world.kill('KILL', undying)

    await containerd.run('deaf')
    await world.kill('STOP', shimOf(world, 'deaf'))
  }

  const pidOf = async (id: string): Promise<number> =>
    (await containerd.tasks()).find((task) => task.id === id)?.pid ?? Number.NaN

  /** By everybody, once root sees what is to be seen; and once more by root, since what is planted may still move. */
  async function look(planted: readonly string[]): Promise<void> {
    const before = await until('root sees it all', async () => {
      const snapshot = await snapshotOf(world)
      const codes = snapshot.verdicts.map(({ code }) => code)
      return planted.every((code) => codes.includes(code)) ? snapshot : undefined
    })
    full.snapshots.push(before)
    for (const [at, { of, options }] of levels.entries()) {
      const sight = sights[at] as Sight
      const program = shimscopeIn(world)
      sight.snapshots.push(await parsed(of([...program, 'snapshot', '--grace', '0s', ...options])))
      sight.doctor ??= await parsed<Diagnosis>(of([...program, 'doctor', '--json', ...options]))
    }
    expect(verdictsOf(await snapshotOf(world))).toEqual(verdictsOf(before))
  }

  async function parsed<T = Snapshot>(argv: readonly string[]): Promise<T> {
    const { stdout, stderr } = await world.attempt(...argv)
    if (stdout === '') throw new Error(`${argv.join(' ')}: ${stderr}`)
    return JSON.parse(stdout) as T
  }

  const sightOf = (name: string): Sight => {
    const sight = sights.find((one) => one.name === name)
    if (sight === undefined) throw new Error(`no level ${name}`)
    return sight
  }

  test('nobody is accused who is not accused by root, at any level', () => {
    for (const { name, snapshots } of sights)
      for (const [at, snapshot] of snapshots.entries()) {
        const whole = full.snapshots[at] as Snapshot
        expect([name, accusedBeside(snapshot, whole)]).toEqual([name, []])
        expect([name, wrong(orphans(snapshot), orphans(whole))]).toEqual([name, []])
      }
  })

  test('what is shown is shown as it is', () => {
    for (const { name, snapshots } of sights)
      for (const [at, snapshot] of snapshots.entries())
        expect([name, falseFacts(snapshot, full.snapshots[at] as Snapshot)]).toEqual([name, []])
  })

  test('both capabilities see what root sees, whatever is hidden from others', () => {
    for (const name of ['both', '`hidepid=1`, both', '`hidepid=2`, both', '`hidepid=ptraceable`, both'])
      for (const [at, snapshot] of sightOf(name).snapshots.entries()) {
        expect(verdictsOf(snapshot)).toEqual(verdictsOf(full.snapshots[at] as Snapshot))
        expect(snapshot.pass).toMatchObject({ complete: true, denied: {} })
      }
  })

  test('where processes may be hidden, it knows', () => {
    const partial = sights.filter(({ snapshots }) => snapshots.some(({ pass }) => !pass.complete))
    expect(partial.map(({ name }) => name)).toEqual([
      '`hidepid=1`, nobody',
      '`hidepid=2`, nobody',
      '`hidepid=ptraceable`, nobody',
      '`hidepid=ptraceable`, root, no capability',
      '`hidepid=2`, root of a user namespace',
      'another procfs with `hidepid=2`, under a name with a blank, nobody',
    ])
    for (const { doctor } of partial) expect(doctor?.advice.join('\n')).toMatch(/is mounted with hidepid=/)
  })

  test('the doctor says the next step at each level', () => {
    const said = (name: string) => sightOf(name).doctor?.advice.join('\n') ?? ''
    expect(said('nobody, no capability')).toMatch(/CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH would open/)
    expect(said('root, no capability')).toMatch(/CAP_SYS_PTRACE would open/)
    expect(said('`SYS_PTRACE` alone')).toMatch(/^CAP_DAC_READ_SEARCH would open/m)
    expect(said('`DAC_READ_SEARCH` alone')).toMatch(/^CAP_SYS_PTRACE would open/m)
    expect(said('root of a user namespace')).toContain('in a user namespace of its own')
    expect(said('`hidepid=ptraceable`, nobody')).toContain('no group does')
    expect(said('`subset=pid`, nobody')).toContain('subset=pid')
  })

  test("a procfs of another mount namespace, whose table of mounts can't be read: nothing is concluded", async () => {
    const pid = await world.start('/run/elsewhere.log', ...elsewhere(['sleep', '60']))
    await until('it is itself', () => processes(world).some((one) => one.pid === pid && one.comm === 'sleep'))
    const nobody = levels[0]?.of([...shimscopeIn(world), 'snapshot', '--path.procfs', `/proc/${pid}/root/proc`]) ?? []
    const snapshot = await parsed(nobody)
    expect(snapshot.pass).toMatchObject({ complete: false })
    expect(snapshot.pass.processes).toBeGreaterThan(0)
    expect(snapshot.verdicts).toEqual([])
  })

  test('process 1 is shown, and somebody beside it is not: it knows that too', async () => {
    const snapshot = await parsed(besideSomebodyHidden([...shimscopeIn(world), 'snapshot', '--processes']))
    expect(snapshot.processes?.map(({ pid }) => pid)).toContain(1)
    expect(snapshot.processes?.map(({ comm }) => comm)).not.toContain('sleep')
    expect(snapshot.pass.complete).toBe(false)
  })

  test('the table says so', async () => {
    const table = tableOf(full, sights)
    console.log(table)
    const text = readFileSync(page, 'utf8')
    const place = /(<!-- privileges -->\n)[\s\S]*?(<!-- \/privileges -->)/
    expect(text).toMatch(place)
    const made = text.replace(place, (_, open: string, close: string) => `${open}${table}\n${close}`)
    await expect(made).toMatchFileSnapshot('../../README.md')
  })
})

const verdictsOf = ({ verdicts }: Snapshot): string[] =>
  verdicts.map(({ code, subject }) => `${code} ${subject.key ?? subject.id ?? subject.pid}`).sort()
const orphans = ({ shims }: Snapshot): string[] =>
  shims.filter(({ supervision }) => supervision === 'orphaned').map(({ key }) => key)

/**
 * Who cannot see that a bundle is deleted cannot see that the daemon had let go of a shim before it ended itself: that
 * nobody listens at the shim's address is as true, and says less.
 */
const saysLess: Readonly<Record<string, readonly string[]>> = { 'shim-daemonless': ['shim-abandoned', 'shim-leaked'] }

/** Verdicts that root does not have, neither these nor more precise ones about the same. */
function accusedBeside(seen: Snapshot, whole: Snapshot): string[] {
  const right = new Set(verdictsOf(whole))
  return verdictsOf(seen).filter((verdict) => {
    const [code = '', subject] = [verdict.slice(0, verdict.indexOf(' ')), verdict.slice(verdict.indexOf(' ') + 1)]
    return !right.has(verdict) && !saysLess[code]?.some((precise) => right.has(`${precise} ${subject}`))
  })
}

const wrong = (found: readonly string[], right: readonly string[]): string[] =>
  found.filter((one) => !right.includes(one))

type Item = { readonly key: string; readonly [field: string]: unknown }
const itemsOf = ({ daemons, shims, containers }: Snapshot): Item[] =>
  [...daemons, ...shims, ...containers].map((item) => {
    const { pod, ...rest } = item as unknown as Item & { pod?: Record<string, unknown> | null }
    return { ...rest, ...Object.fromEntries(Object.entries(pod ?? {}).map(([name, value]) => [`pod.${name}`, value])) }
  })

/** They change from one look to the next; that they are known is what counts. */
const measured = new Set(['rssBytes', 'cpuSeconds', 'threads', 'processes', 'zombies'])
const isKnown = (value: unknown): boolean => value !== null && value !== undefined && value !== 'unknown'

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Where the kernel's clock is asked by a system call, it answers in whole seconds, as does the time of booting. */
const isNear = (a: unknown, b: unknown): boolean => Math.abs(Date.parse(String(a)) - Date.parse(String(b))) < 3_000

/** Facts that root knows, and whether they are known here too, and the same. */
function* compared(seen: Snapshot, whole: Snapshot) {
  const found = new Map(itemsOf(seen).map((item) => [item.key, item]))
  for (const item of itemsOf(whole))
    for (const [field, value] of Object.entries(item)) {
      if (field === 'key' || !isKnown(value)) continue
      const here = found.get(item.key)?.[field]
      const same = measured.has(field) || (field === 'startedAt' ? isNear(here, value) : isSame(here, value))
      yield { of: item.key, field, value, here, known: isKnown(here), same }
    }
}

/** What follows from the whole of the node: with less of it in sight, less is in these, and nothing else. */
const sums = new Set(['containers', 'relation', 'chain', 'execs', 'state', 'shim', 'daemon', 'addresses', 'initPid'])

const falseFacts = (seen: Snapshot, whole: Snapshot): string[] =>
  [...compared(seen, whole)]
    .filter(({ known, same, field }) => known && !same && !(sums.has(field) && !seen.pass.complete))
    .filter(({ here, value }) => !(Array.isArray(here) && Array.isArray(value) && wrong(here, value).length === 0))
    .map(({ of, field, here, value }) => `${of} ${field}: ${JSON.stringify(here)}, and not ${JSON.stringify(value)}`)

function tableOf(known: Sight, others: readonly Sight[]): string {
  const planted = known.snapshots.flatMap(verdictsOf)
  const codes = [...new Set(known.snapshots.flatMap(({ verdicts }) => verdicts.map(({ code }) => code)))].sort()
  const rows = [known, ...others].map(({ name, snapshots }) => {
    const facts = snapshots.flatMap((snapshot, at) => [...compared(snapshot, known.snapshots[at] as Snapshot)])
    const found = snapshots.flatMap(verdictsOf)
    const exact = found.filter((one) => planted.includes(one))
    const missed = codes.filter((code) => {
      const count = (all: readonly string[]) => all.filter((one) => one.startsWith(`${code} `)).length
      return count(exact) < count(planted)
    })
    const accused = snapshots.flatMap((snapshot, at) => accusedBeside(snapshot, known.snapshots[at] as Snapshot))
    const right = facts.filter((fact) => fact.known && fact.same).length
    return [
      name,
      snapshots.every(({ pass }) => pass.complete) ? 'all' : 'some may be hidden',
      `${Math.round((100 * right) / facts.length)} %`,
      `${exact.length} of ${planted.length}`,
      `${found.length - exact.length - accused.length}`,
      missed.length === 0 ? 'none' : missed.map((code) => `\`${code}\``).join(' '),
      `${accused.length}`,
    ]
  })
  // Readers who see the same share a line.
  const lines = new Map<string, string[]>()
  for (const [name = '', ...cells] of rows)
    lines.set(cells.join(' | '), [...(lines.get(cells.join(' | ')) ?? []), name])
  const head = ['reader', 'processes', 'facts', 'verdicts', 'said less precisely', 'missed, or not all', 'wrong']
  return [
    head.join(' | '),
    head.map(() => '---').join(' | '),
    ...[...lines].map(([cells, readers]) => `${readers.join('; ')} | ${cells}`),
  ]
    .map((line) => `| ${line} |`)
    .join('\n')
}
