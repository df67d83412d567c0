import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { renderTree as tree, type TreeStyle } from '../../../src/outputs/text/tree.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { container, daemon, id, process, sandbox, shim, snapshot, verdict } from './sample.ts'

const renderTree = (node: Snapshot, style: TreeStyle): string => tree(node, style) ?? ''
const plain = { color: false, width: null, charset: 'utf8' } as const

describe('the tree', () => {
  test('where processes are not known it says so', () => {
    const notice = 'Single processes are not known: this is from a journal, which keeps none.'
    expect(renderTree(snapshot(), plain)).toContain(`\n${notice}\n`)
    expect(renderTree({ ...snapshot(), processes: [] }, plain)).not.toContain(notice)
  })

  test('a healthy pod', () => {
    expect(
      renderTree({ ...snapshot(), processes: [] }, plain),
    ).toBe(`node-1 at 2026-09-01T03:12:00.000Z: 1 daemon, 1 shim, 2 containers, 210 processes
no verdicts

containerd 812  /run/containerd/containerd.sock
└─ containerd-shim-runc-v2 9075  k8s.io/aaaaaaaaaaaa  pod  managed  via kubelet
   ├─ kube-system/coredns-x  sandbox  aaaaaaaaaaaa  running  pid 9100
   └─ kube-system/coredns-x/coredns  bbbbbbbbbbbb  running  pid 9101  2 processes  1 zombie
`)
  })

  test('processes, verdicts in place, a shim without a daemon, a container without a shim', () => {
    const text = renderTree(
      snapshot({
        shims: [
          shim({ supervision: 'orphaned', bundleDeleted: true }),
          shim({
            key: '5@5',
            pid: 5,
            id: 'web',
            daemon: null,
            supervision: 'orphaned',
            containerdNamespace: 'default',
            relation: 'empty',
            generation: 'v1',
            runtime: 'containerd-shim',
          }),
        ],
        containers: [
          sandbox(),
          container({ execs: [9103] }),
          container({
            key: 'x',
            id: id('c'),
            shim: null,
            initPid: 77,
            name: null,
            pod: null,
            zombies: 0,
            processes: 1,
          }),
        ],
        verdicts: [
          verdict(),
          verdict({
            key: 'c',
            code: 'container-shimless',
            subject: { kind: 'container', key: 'x' },
            summary: 'its keeper is gone',
            status: 'pending',
          }),
          verdict({
            key: 'e',
            code: 'engine-stuck',
            severity: 'warning',
            subject: { kind: 'process', key: '3@3', pid: 3 },
            summary: 'runc create hangs',
          }),
        ],
        processes: [
          process(9101),
          process(9102, { ppid: 9101, argv: [], comm: 'worker', state: 'Z' }),
          process(9103, { role: 'workload', argv: ['sh'], startedAt: '2026-09-01T04:00:00.000Z' }),
          process(9100, { container: `k8s.io/${id('a')}`, argv: ['/pause'] }),
          process(9075, { key: '9075@20', container: null, role: 'shim' }),
          process(9200, { container: null, shim: null, role: 'engine', argv: ['runc', 'create'] }),
        ],
      }),
      plain,
    )
    expect(text).toBe(`node-1 at 2026-09-01T03:12:00.000Z: 1 daemon, 2 shims, 3 containers, 210 processes
2 verdicts firing (1 critical, 1 warning), 1 pending

containerd 812  /run/containerd/containerd.sock
└─ containerd-shim-runc-v2 9075  k8s.io/aaaaaaaaaaaa  pod  orphaned  via kubelet  bundle deleted
   │  ✗ critical: shim-abandoned: containerd has let go of this shim while its containers still run
   ├─ 9200  runc create
   ├─ kube-system/coredns-x  sandbox  aaaaaaaaaaaa  running  pid 9100
   │  └─ 9100  /pause
   └─ kube-system/coredns-x/coredns  bbbbbbbbbbbb  running  pid 9101  2 processes  1 exec session  1 zombie
      ├─ 9101  /app --serve
      │  └─ 9102  [worker]  zombie
      └─ 9103  sh  exec session

shims without a daemon
└─ containerd-shim 5  default/web  v1  empty  orphaned

containers without a shim
└─ cccccccccccc  running  pid 77  chain kubelet → containerd → containerd-shim-runc-v2
      ✗ critical, pending: container-shimless: its keeper is gone

elsewhere on this node
└─ process pid 3
      ✗ warning: engine-stuck: runc create hangs
`)
  })

  test('a daemon says who started it', () => {
    const docker = daemon({ key: '7@1', pid: 7, runtime: 'dockerd', addresses: [] })
    expect(renderTree(snapshot({ daemons: [docker, daemon({ ppid: 7 })] }), plain)).toContain(
      'containerd.sock  child of dockerd 7\n',
    )
  })

  test('nested daemons stand under their container', () => {
    const inner = daemon({ key: '50@1', pid: 50, within: `k8s.io/${id('b')}` })
    expect(renderTree(snapshot({ daemons: [daemon(), inner] }), plain)).toContain('\n      └─ containerd 50  ')
  })

  test('plain ASCII lines where the terminal knows no other', () => {
    const text = renderTree(snapshot({ verdicts: [verdict()] }), { ...plain, charset: 'ascii' })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
    expect(text).toMatch(/^[\x00-\x7f]*$/)
    expect(text).toContain('`- containerd-shim-runc-v2 9075')
  })

  test('colour only where it is told', () => {
    expect(renderTree(snapshot(), plain)).not.toContain('\u001b')
    expect(renderTree(snapshot(), { ...plain, color: true })).toContain('\u001b[32mmanaged\u001b[0m')
  })

  test('says what it could not see', () => {
    const pass = {
      ...snapshot().pass,
      complete: false,
      reads: { known: 1, gone: 0, denied: 3, malformed: 1 },
      denied: { exe: 1, cwd: 2 },
    }
    const text = renderTree(snapshot({ pass }), plain)
    expect(text).toContain('may be hidden from this reader')
    expect(text).toContain('3 readings were denied (cwd 2, exe 1)')
    expect(text).toContain('1 reading was not understood')
    expect(text).toContain('shimscope doctor says')
    expect(renderTree(snapshot({ pass: { ...pass, source: 'archive' } }), plain)).not.toContain('shimscope doctor says')
  })
})

describe('a query', () => {
  const other = shim({ key: '6@6', pid: 6, id: id('d') })
  const node = snapshot({ shims: [shim(), other], processes: [process(9102, { ppid: 9101 })] })
  test.each([
    ['9075', true],
    ['9101', true],
    ['9102', true],
    ['bbbb', true],
    [id('a'), true],
    ['kube-system/coredns-x', true],
    ['coredns-x', true],
    ['0b1c', true],
    ['coredns', true],
    ['bbb', false],
    ['1', false],
    ['nothing', false],
  ])('%s', (query, found) => {
    const text = tree(node, { ...plain, query })
    expect(text !== undefined).toBe(found)
    expect(text ?? '9075').toContain('9075')
    expect(text ?? '').not.toContain(' 6  ')
  })

  test('shows the way to a match and all that it keeps', () => {
    const text = renderTree(node, { ...plain, query: 'coredns' })
    expect(text).toContain('containerd 812')
    expect(text).not.toContain('sandbox')
    expect(text).toContain('9102')
    expect(renderTree(node, { ...plain, query: '812' })).toContain('containerd-shim-runc-v2 6')
  })
})

describe('hostile text', () => {
  test('nothing that a process wrote reaches the terminal as it is', () => {
    const evil = '\u001b[2J\u009b1m\u007f\r\n\u202e\u2066\u200b\ud800\u2028'
    const text = renderTree(
      snapshot({
        node: evil,
        daemons: [daemon({ runtime: evil, addresses: [evil] })],
        shims: [shim({ runtime: evil, id: evil, containerdNamespace: evil })],
        containers: [
          sandbox({ pod: { uid: evil, name: evil, namespace: evil } }),
          container({ name: evil, chain: [evil], shim: null, id: evil }),
        ],
        processes: [process(1, { argv: [evil], comm: evil }), process(2, { argv: [], comm: evil, state: evil })],
        verdicts: [verdict({ summary: evil, code: evil }), verdict({ subject: { kind: 'node', id: evil } })],
      }),
      plain,
    )
    expect(text).toContain('\\x1b[2J\\x9b1m\\x7f\\r\\n\\u{202e}')
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })

  test('no line is wider than it may be', () => {
    const anyText = fc.string({ unit: 'grapheme', maxLength: 200 })
    fc.assert(
      fc.property(anyText, anyText, fc.integer({ min: 30, max: 120 }), (name, argument, width) => {
        const text = renderTree(
          snapshot({ containers: [container({ name })], processes: [process(1, { argv: [argument] })] }),
          { ...plain, width },
        )
        for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })

  test('ten thousand levels, circles and two megabytes of arguments', () => {
    const deep = Array.from({ length: 10_000 }, (_, index) => process(index + 1, { ppid: index }))
    const text = renderTree(snapshot({ processes: deep }), { ...plain, width: 100 })
    expect(text.split('\n').length).toBeGreaterThan(10_000)
    expect(text.length).toBeLessThan(2_000_000)
    const circle = [process(1, { ppid: 2 }), process(2, { ppid: 1 }), process(3, { ppid: 3 })]
    expect(renderTree(snapshot({ processes: circle }), plain).match(/\/app/g)).toHaveLength(3)
    const long = [process(1, { argv: ['e\u0301'.repeat(1_000_000)] })]
    expect(renderTree(snapshot({ processes: long }), { ...plain, width: 100 }).length).toBeLessThan(10_000)
  })
})
