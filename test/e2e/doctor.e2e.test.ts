import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import type { Diagnosis } from '../../src/core/sight/diagnose.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { serve } from './support/serve.ts'
import { shimscopeIn } from './support/shimscope.ts'
import { until } from './support/until.ts'
import type { World } from './support/world.ts'

const nobody =
  'setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs'.split(' ')
const innerPids = 'unshare --pid --fork --mount-proc'.split(' ')

async function look<T>(
  world: World,
  as: readonly string[],
  ...argv: string[]
): Promise<{ code: number | null; json: T }> {
  const { code, stdout, stderr } = await world.attempt(...as, ...shimscopeIn(world), ...argv)
  if (stdout === '') throw new Error(stderr)
  return { code, json: JSON.parse(stdout) as T }
}
const doctor = async (world: World, as: readonly string[], ...argv: string[]) =>
  look<Diagnosis>(world, as, 'doctor', '--json', ...argv)
const sightOf = ({ fields }: Diagnosis) => Object.fromEntries(fields.map(({ name, sight }) => [name, sight]))
const outcomes = ({ crossChecks }: Diagnosis) =>
  crossChecks.map((check) => ('skipped' in check ? check.skipped : check.disagreements))

describe.skipIf(skipReal())('what can be seen of a real node', () => {
  let world: World
  beforeAll(async () => {
    const node = await openNode({})
    world = node.world
    const containerd = await node.containerd()
    await containerd.run('web')
    await containerd.run('db')
  })
  afterAll(() => world.close())

  test('as root: all, and ps agrees', async () => {
    const { code, json } = await doctor(world, [])
    expect(outcomes(json)).toEqual([[], []])
    expect(code).toBe(0)
    expect(json.runtimes).toEqual({ daemons: ['containerd'], shims: 2, containers: 2 })
    const { wchan, task, ...others } = sightOf(json)
    expect(new Set(Object.values(others))).toEqual(new Set(['open']))
    expect([wchan, task]).not.toContain('closed')
    expect(json).toMatchObject({ silent: [], weaker: [], listing: { complete: true }, procfs: { wholeNode: false } })
    expect(json.wakeUps).toMatchObject({ by: ['inotify'], watching: { watched: { bundle: 1 }, refused: {} } })
    // The world has namespaces of its own, all but that of users.
    expect(json.wakeUps.connector).toBe('namespaces')
  })

  test('as nobody: what is open to all, what the rest costs, and ps agrees', async () => {
    const { code, json } = await doctor(world, nobody)
    expect(outcomes(json)).toEqual([[], []])
    expect(code).toBe(0)
    // Cgroups are open to all, and nobody's shim leads to its bundle.
    expect(json.wakeUps).toMatchObject({ by: ['inotify'], watching: { watched: { bundle: 0 }, refused: {} } })
    const sights = sightOf(json)
    for (const name of ['stat', 'status', 'cgroup', 'cmdline', 'net/unix', 'mountinfo'])
      expect(sights[name]).toBe('open')
    for (const name of ['exe', 'cwd', 'root', 'ns/*', 'fd', 'wchan', 'bundle']) expect(sights[name]).toBe('closed')
    expect(json.reader).toMatchObject({ uid: 65_534, capabilities: [] })
    expect(json.silent).toContain('shim-create-aborted')
    expect(json.advice.join('\n')).toContain('CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH would open fd, bundle.')
    const { stdout } = await world.attempt(...nobody, ...shimscopeIn(world), 'doctor')
    expect(stdout).toContain('these verdicts stay silent: ')
  })

  test('with one capability of the two: the other one is asked for', async () => {
    const ptrace = 'setpriv --inh-caps=-all,+sys_ptrace --bounding-set=-all,+sys_ptrace'.split(' ')
    const { json } = await doctor(world, ptrace)
    expect(json.reader.capabilities).toEqual(['CAP_SYS_PTRACE'])
    expect(sightOf(json)).toMatchObject({ exe: 'open', cwd: 'open', 'ns/*': 'open' })
    expect(json.advice.join('\n')).not.toContain('CAP_SYS_PTRACE would open')
  })

  test('in a pid namespace: itself, and where to look instead', async () => {
    const { code, json } = await doctor(world, innerPids)
    expect(outcomes(json)).toEqual([[], []])
    expect(code).toBe(0)
    expect(json).toMatchObject({ procfs: { self: 1, wholeNode: false }, listing: { processes: 1 } })
    expect(json.advice.join('\n')).toContain('--path.procfs /host/proc')
  })

  test('in a pid namespace with the procfs of the node: everything but ps', async () => {
    const bound = [
      'unshare',
      '-m',
      'sh',
      '-c',
      'mkdir -p /run/hostproc; mount --bind /proc /run/hostproc; exec "$@"',
      'sh',
    ]
    const { code, json } = await doctor(world, [...bound, ...innerPids], '--path.procfs', '/run/hostproc')
    expect(outcomes(json)).toEqual([
      expect.stringContaining('and 1 in its own pid namespace'),
      expect.stringContaining('and 1 in its own pid namespace'),
    ])
    expect(code).toBe(0)
    expect(json.runtimes).toMatchObject({ shims: 2, containers: 2 })
    expect(json.procfs.hidepid).toBe('off')
  })

  test('through ps: the tree, and no verdict', async () => {
    const { json } = await look<Snapshot>(world, nobody, 'snapshot', '--source', 'ps', '--grace', '0s')
    expect(json.pass.source).toBe('ps')
    expect(json.shims).toMatchObject([
      { relation: 'one-to-one', supervision: 'unknown' },
      { relation: 'one-to-one', supervision: 'unknown' },
    ])
    expect(json.verdicts).toEqual([])
    const { stdout } = await world.attempt(...shimscopeIn(world), 'tree', '--source', 'ps')
    expect(stdout).toMatch(
      /containerd-shim-runc-v2 \d+ {2}default\/web {2}one-to-one {2}supervision unknown\n. {2}└─ \d+ {2}\S*sleep /,
    )
    expect((await world.attempt(...shimscopeIn(world), 'verdicts', '--source', 'ps')).code).toBe(2)
  })

  test('serve through ps', async () => {
    const served = await serve(world, '--source', 'ps', '--interval', '500ms')
    const snapshot = async () => JSON.parse(await served.fetch('/api/v1/snapshot')) as Snapshot
    const { seq, shims } = await snapshot()
    expect(shims).toHaveLength(2)
    // Nothing changes, so nothing seems to: a start that ps rounds otherwise is no new process.
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect((await snapshot()).seq).toBe(seq)
    await world.kill('TERM', served.pid)
  })

  test('where processes are hidden: that nothing is concluded', async () => {
    await world.run('mount', '-o', 'remount,hidepid=2', '/proc')
    const { code, json } = await doctor(world, nobody)
    expect(code).toBe(0)
    expect(json).toMatchObject({
      procfs: { hidepid: 'invisible' },
      listing: { complete: false, processes: 1 },
      runtimes: { shims: 0 },
    })
    expect(json.silent).toContain('shim-leaked')
    expect(json.advice.join('\n')).toContain('hidepid=invisible')
  })
})

describe.skipIf(skipReal())('a node without a container runtime', () => {
  test('is pointed at the demo', async () => {
    const { world } = await openNode({})
    try {
      await serve(world)
      const log = () => readFileSync(world.path('/run/shimscope.log'), 'utf8')
      await until('it says so', () => log().includes('npm run demo'))
      expect((await doctor(world, [])).json.runtimes).toEqual({ daemons: [], shims: 0, containers: 0 })
    } finally {
      await world.close()
    }
  })
})
