import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STARTING_MS } from '../../src/core/forest/relation.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import type { Diagnosis } from '../../src/core/sight/diagnose.ts'
import { deployed } from './support/deployed.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone, shimOf } from './support/processes.ts'
import { shimscopeIn, snapshotOf } from './support/shimscope.ts'
import { until } from './support/until.ts'
import type { World } from './support/world.ts'

const page = new URL('../../deploy/README.md', import.meta.url)
const paths = ['--path.procfs', '/run/host/proc', '--path.cgroupfs', '/run/host/cgroup']

/**
 * A command as the overlay's container would run it: in pid and mount namespaces of its own, with the node's procfs and
 * cgroups bound into them, and with the user and the capabilities of its manifest. setpriv(1)
 */
function as(folder: string, argv: readonly string[]): string[] {
  const { runAsUser, runAsGroup, capabilities } = deployed(folder).container.securityContext
  const held = ['-all', ...(capabilities.add ?? []).map((name) => `+${name.toLowerCase()}`)].join(',')
  const bind = [
    'mkdir -p /run/host/proc /run/host/cgroup',
    'mount --bind /proc /run/host/proc; mount -o remount,bind,ro /run/host/proc',
    'mount --rbind /sys/fs/cgroup /run/host/cgroup',
    'exec unshare --pid --fork --mount-proc "$@"',
  ].join('; ')
  return [
    ...['unshare', '--mount', 'sh', '-c', bind, 'sh'],
    ...['setpriv', `--reuid=${runAsUser}`, `--regid=${runAsGroup}`, '--clear-groups', '--no-new-privs'],
    ...[`--inh-caps=-all`, `--bounding-set=${held}`, ...argv],
  ]
}

/** As the unit of systemd would run it: no root, but capabilities that are kept when the program starts. */
function asUnit(argv: readonly string[]): string[] {
  const unit = readFileSync(new URL('../../deploy/systemd/shimscope.service', import.meta.url), 'utf8')
  const names = /^AmbientCapabilities=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? []
  const held = names.map((name) => `+${name.replace('CAP_', '').toLowerCase()}`).join(',')
  return [
    ...['setpriv', '--reuid=64001', '--regid=64001', '--clear-groups', '--no-new-privs'],
    ...[`--inh-caps=-all,${held}`, `--ambient-caps=-all,${held}`, `--bounding-set=-all,${held}`, ...argv],
  ]
}

interface Sight {
  readonly name: string
  readonly snapshot: Snapshot
  readonly doctor: Diagnosis
}

describe.skipIf(skipReal())('what each overlay sees of a node where things went wrong', () => {
  let world: World
  let full: Sight
  let sights: Sight[]

  beforeAll(async () => {
    const node = await openNode({})
    world = node.world
    const containerd = await node.containerd()
    await containerd.run('forgotten')
    await containerd.run('ended')
    const init = (await containerd.tasks()).find(({ id }) => id === 'ended')?.pid ?? 0
    await containerd.stop('TERM')
    const tasks = '/run/containerd/io.containerd.runtime.v2.task'
    await world.run('sh', '-c', `for bundle in ${tasks}/*/*; do umount $bundle/rootfs; rm -r $bundle; done`)
    await containerd.start()
    await world.kill('KILL', init)
    await gone(world, init)
    await (await node.cri()).runPod('shop', ['app'])
    await containerd.run('paused')
    await containerd.ctr('default', 'task', 'pause', 'paused')
    await containerd.run('deaf')
    await world.kill('STOP', shimOf(world, 'deaf'))

    const look = async <T>(argv: readonly string[]): Promise<T> => {
      const { stdout, stderr } = await world.attempt(...argv)
      if (stdout === '') throw new Error(stderr)
      return JSON.parse(stdout) as T
    }
    const sight = async (
      name: string,
      of: (argv: readonly string[]) => readonly string[],
      more: readonly string[],
    ) => ({
      name,
      snapshot: await look<Snapshot>(of([...shimscopeIn(world), 'snapshot', '--grace', '0s', ...more])),
      doctor: await look<Diagnosis>(of([...shimscopeIn(world), 'doctor', '--json', ...more])),
    })
    // A shim whose bundle has just gone may be about to end: root, who sees that, waits a little. Who does not see it takes a
    // young shim without a child for one that starts.
    await until('nothing is in doubt any more', async () => {
      const { verdicts, shims, takenAt } = await snapshotOf(world)
      const areGrown = shims.every(({ startedAt }) => Date.parse(takenAt) - Date.parse(startedAt) > STARTING_MS)
      return areGrown && verdicts.some(({ code }) => code === 'shim-abandoned')
    })
    full = await sight('root on the node', (argv) => argv, [])
    sights = [
      await sight('`base`, `monitoring`', (argv) => as('base', argv), paths),
      await sight('`minimal`', (argv) => as('overlays/minimal', argv), paths),
      await sight('the systemd unit', asUnit, []),
    ]
  })
  afterAll(() => world.close())

  test('the tree is the same for all, and nobody is accused who would not be otherwise', () => {
    for (const { name, snapshot } of sights) {
      for (const of of ['daemons', 'shims', 'containers'] as const)
        expect([name, snapshot[of].map(({ key }) => key)]).toEqual([name, full.snapshot[of].map(({ key }) => key)])
      expect(verdictsOf(full.snapshot)).toEqual(expect.arrayContaining(verdictsOf(snapshot)))
    }
  })

  test('the base and the unit see what root sees', () => {
    const [base, , unit] = sights
    for (const seen of [base, unit]) {
      expect(verdictsOf(seen?.snapshot)).toEqual(verdictsOf(full.snapshot))
      expect(seen?.snapshot.pass).toMatchObject({ complete: true, denied: {} })
      expect(seen?.doctor.reader.capabilities).toEqual(['CAP_DAC_READ_SEARCH', 'CAP_SYS_PTRACE'])
    }
    expect(unit?.doctor.reader.uid).toBe(64_001)
  })

  test('the table says so', async () => {
    const text = readFileSync(page, 'utf8')
    const place = /(<!-- sight -->\n)[\s\S]*?(<!-- \/sight -->)/
    expect(text).toMatch(place)
    const made = text.replace(place, (_, open: string, close: string) => `${open}${tableOf(full, sights)}\n${close}`)
    await expect(made).toMatchFileSnapshot('../../deploy/README.md')
  })
})

const verdictsOf = (snapshot: Snapshot | undefined): string[] =>
  (snapshot?.verdicts ?? []).map(({ code, subject }) => `${code} ${subject.key ?? subject.id ?? subject.pid}`).sort()

/** What root knows, and whether each of the others knows the same of it. */
function tableOf(known: Sight, others: readonly Sight[]): string {
  const rows: string[][] = []
  const add = (what: string, of: (sight: Sight) => string) => rows.push([what, ...others.map(of)])
  for (const of of ['daemons', 'shims', 'containers'] as const)
    add(`${of}`, ({ snapshot }) => `${snapshot[of].length} of ${known.snapshot[of].length}`)
  for (const of of ['shims', 'containers'] as const) {
    const fields = [...new Set(flat(known.snapshot[of]).flatMap((item) => Object.keys(item)))].filter(
      (name) => name !== 'key',
    )
    const answers = fields.map((field) => ({
      field,
      answers: others.map((sight) => sameOf(field, flat(known.snapshot[of]), flat(sight.snapshot[of]))),
    }))
    const whole = answers.filter((row) => row.answers.every((answer) => answer === 'yes'))
    rows.push([`of ${of}: ${whole.map(({ field }) => `\`${field}\``).join(' ')}`, ...others.map(() => 'yes')])
    for (const { field, answers: of_ } of answers.filter((row) => !whole.includes(row)))
      rows.push([`of ${of}: \`${field}\``, ...of_])
  }
  for (const code of [...new Set(known.snapshot.verdicts.map((verdict) => verdict.code))].sort())
    add(`verdict \`${code}\``, ({ snapshot }) => {
      const count = ({ verdicts }: Snapshot) => verdicts.filter((verdict) => verdict.code === code).length
      return `${count(snapshot)} of ${count(known.snapshot)}`
    })
  add('denied, by what is read', ({ doctor }) => {
    const closed = doctor.fields.filter(({ sight }) => sight === 'closed' || sight === 'partly')
    return closed.length === 0 ? 'nothing' : closed.map(({ name }) => `\`${name}\``).join(' ')
  })
  add('verdicts that stay silent', ({ doctor }) => {
    return doctor.silent.length === 0 ? 'none' : doctor.silent.map((code) => `\`${code}\``).join(' ')
  })
  const head = ['', ...others.map(({ name }) => name)]
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

type Items = readonly { readonly key: string }[]

/** A pod is known by its uid, and its name by its bundle: two questions. */
const flat = (items: Items): Items =>
  items.map((item) => {
    const { pod, ...rest } = item as { key: string; pod?: Record<string, unknown> | null }
    return { ...rest, ...Object.fromEntries(Object.entries(pod ?? {}).map(([name, value]) => [`pod.${name}`, value])) }
  })

/** Measurements change between two looks; that they are known is what counts. */
const measured = ['rssBytes', 'cpuSeconds', 'threads', 'processes', 'zombies']

function sameOf(field: string, known: Items, seen: Items): string {
  const value = (item: object | undefined) => (item as Record<string, unknown> | undefined)?.[field] ?? null
  const pairs = known
    .map((item) => [value(item), value(seen.find(({ key }) => key === item.key))] as const)
    .filter(([theirs]) => theirs !== null)
  const same = pairs.filter(([theirs, ours]) =>
    measured.includes(field) ? ours !== null : JSON.stringify(theirs) === JSON.stringify(ours),
  )
  if (same.length === pairs.length) return 'yes'
  return same.length === 0 ? 'no' : `${same.length} of ${pairs.length}`
}
