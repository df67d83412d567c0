import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Process } from '../../../src/core/model/snapshot.ts'
import { treeGrower, type TreeNode, wayTo } from '../../../src/outputs/web/page/grow-tree.ts'
import { type Row, rowsOf } from '../../../src/outputs/web/page/rows.ts'
import { type Search, searchTree } from '../../../src/outputs/web/page/search.ts'
import { replay, scenarios } from '../../replay.ts'
import { aContainer, aDaemon, aProcess, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'

const db = aContainer({ id: 'db', name: 'postgres', shim: '5000@900', initPid: 5010 })
const snapshot = aSnapshot({
  daemons: [aDaemon()],
  shims: [aShim(), aShim({ pid: 5000, id: 'db' })],
  containers: [aContainer({ id: 'web' }), db],
  verdicts: [aVerdict({ code: 'container-zombies', subject: { kind: 'container', key: db.key } })],
})
const processes: readonly Process[] = [
  aProcess({ pid: 1, ppid: 0, role: 'other', comm: 'systemd', container: null, shim: null }),
  aProcess({ pid: 300, ppid: 1, role: 'other', comm: 'sshd', container: null, shim: null }),
  aProcess({ pid: 4010 }),
  aProcess({ pid: 4011, ppid: 4010, role: 'workload', comm: 'worker' }),
  aProcess({ pid: 4100, role: 'engine', comm: 'runc', container: null }),
  aProcess({ key: '4000@900', pid: 4000, role: 'shim', container: null }),
  aProcess({ key: '812@100', pid: 812, role: 'daemon', container: null, shim: null }),
]
const plain = treeGrower()(snapshot)
const full = treeGrower()({ ...snapshot, processes })

const everything = { chosen: new Map(), leading: new Set<string>(), processes: true, known: false }
const drawn = (roots: readonly TreeNode[], folding: Partial<Parameters<typeof rowsOf>[1]> = {}) =>
  rowsOf(roots, { ...everything, processes: false, ...folding })
const outline = (rows: readonly Row[]) => rows.map(({ node, level }) => `${'  '.repeat(level - 1)}${node.id}`)

describe('rows', () => {
  test('the forest, and processes where they belong', () => {
    expect(outline(drawn(full, { processes: true }))).toEqual([
      'daemon|812@100',
      '  shim|4000@900',
      '    process|4100@950',
      '    container|/run/containerd/containerd.sock|k8s.io|web',
      '      process|4010@950',
      '        process|4011@950',
      '  shim|5000@900',
      '    container|/run/containerd/containerd.sock|k8s.io|db',
      'others|',
      '  process|1@950',
      '    process|300@950',
    ])
  })

  test('a container is folded until somebody asks, and can be unfolded before its processes are known', () => {
    const rows = drawn(plain)
    const web = rows.find(({ node }) => node.id.endsWith('|web'))
    expect(web).toMatchObject({ open: false, level: 3, place: 1, siblings: 1 })
    expect(rows[web?.parent ?? -1]?.node.id).toBe('shim|4000@900')
    const opened = drawn(full, { chosen: new Map([[web?.node.id ?? '', true]]) })
    expect(outline(opened)).toContain('        process|4011@950')
  })

  test('a container whose processes were not counted yet has some, unless it is known that it has none', () => {
    const young = treeGrower()(aSnapshot({ containers: [aContainer({ processes: 0 })] }))
    expect(drawn(young)[0]?.open).toBe(false)
    expect(drawn(young, { known: true })[0]?.open).toBeUndefined()
    const created = treeGrower()(aSnapshot({ containers: [aContainer({ processes: 0, initPid: null })] }))
    expect(drawn(created)[0]?.open).toBeUndefined()
  })

  test('what is folded is not drawn, and tells what is wrong in it', () => {
    const rows = drawn(plain, { chosen: new Map([['daemon|812@100', false]]) })
    expect(outline(rows)).toEqual(['daemon|812@100'])
    expect(rows[0]?.node.within).toEqual({ verdicts: 1, worst: 'warning' })
  })

  test('the way to a row', () => {
    expect(wayTo('process|4011@950', full).map(({ id }) => id)).toEqual([
      'daemon|812@100',
      'shim|4000@900',
      'container|/run/containerd/containerd.sock|k8s.io|web',
      'process|4010@950',
      'process|4011@950',
    ])
    expect(wayTo('process|9@9', full)).toEqual([])
  })
})

const find = (search: Partial<Search>, tree = full) => {
  const found = searchTree(tree, { text: '', onlyWrong: false, ...search })
  return { hits: found.hits, rows: outline(drawn(found.roots, { leading: found.leading })).map((line) => line.trim()) }
}

describe('search', () => {
  test('nothing asked, nothing done', () => expect(searchTree(full, { text: ' ', onlyWrong: false }).roots).toBe(full))
  test('a name in any case, with what leads to it', () =>
    expect(find({ text: ' POSTGRES' })).toEqual({
      hits: 1,
      rows: ['daemon|812@100', 'shim|5000@900', `container|${db.key}`],
    }))
  test.each([
    ['a pid', '5010', `container|${db.key}`],
    ['the code of a verdict', 'container-zombies', `container|${db.key}`],
    ['a pod', 'default/web-1', `container|${db.key}`],
    ['what a process calls itself', 'sshd', 'process|300@950'],
    ['a word of its command line', 'daemon off', 'process|4010@950'],
  ])('by %s', (_, text, id) => expect(find({ text }).rows).toContain(id))
  test('nobody', () => expect(find({ text: 'nobody' })).toEqual({ hits: 0, rows: [] }))
  test('what is wrong, and not all that a wrong daemon keeps', () => {
    expect(find({ onlyWrong: true }, plain).rows).toEqual(['daemon|812@100', 'shim|5000@900', `container|${db.key}`])
    const verdicts = [aVerdict({ code: 'daemon-restarting', subject: { kind: 'daemon', key: '812@100' } })]
    expect(find({ onlyWrong: true }, treeGrower()({ ...snapshot, verdicts })).rows).toEqual(['daemon|812@100'])
  })
  test('what is wrong and named so', () => {
    expect(find({ onlyWrong: true, text: 'postgres' }, plain).hits).toBe(1)
    expect(find({ onlyWrong: true, text: 'sshd' }).rows).toEqual([])
  })
})

const idsIn = (nodes: readonly TreeNode[]): string[] => nodes.flatMap((node) => [node.id, ...idsIn(node.children)])

test('every process of every recording has exactly one row', async () => {
  for (const { name, moments } of scenarios()) {
    const inspection = await replay(moments)
    const known = inspection.processes()
    const ids = idsIn(treeGrower()({ ...inspection.snapshot, processes: known }))
    const rows = new Set(ids)
    expect(rows.size, name).toBe(ids.length)
    for (const { key } of known) {
      const own = ['process', 'daemon', 'shim'].filter((kind) => rows.has(`${kind}|${key}`))
      expect(own, `${name}: ${key}`).toHaveLength(1)
    }
  }
})

test('what did not change is the very node of before, what did is not', () => {
  const grow = treeGrower()
  const before = grow({ ...snapshot, processes })
  const after = grow({
    ...snapshot,
    processes: processes.map((one) => (one.pid === 4011 ? { ...one, state: 'Z' } : one)),
  })
  const changed = (id: string) => wayTo(id, before).at(-1) !== wayTo(id, after).at(-1)
  expect(['process|1@950', 'process|300@950', 'process|4100@950'].filter(changed)).toEqual([])
  expect(['process|4010@950', 'process|4011@950'].filter(changed)).toHaveLength(2)
})

test('whatever parents a process claims, each has exactly one row', () => {
  const pid = fc.integer({ min: 0, max: 12 })
  fc.assert(
    fc.property(fc.uniqueArray(fc.record({ pid, ppid: pid }), { selector: (process) => process.pid }), (list) => {
      const wild = list.map((process) => aProcess({ ...process, role: 'workload', container: null, shim: null }))
      const ids = idsIn(treeGrower()({ ...aSnapshot(), processes: wild }))
      expect(ids.filter((id) => id.startsWith('process|')).sort()).toEqual(
        wild.map(({ key }) => `process|${key}`).sort(),
      )
    }),
  )
})
