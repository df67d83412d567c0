import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../../../src/core/model/snapshot.ts'
import type { Picture } from '../../../../src/outputs/text/watch/picture.ts'
import { aContainer, aDaemon, aProcess, aShim, aSnapshot, aVerdict } from '../../../core/snapshot/support/nodes.ts'
import { anEvent, nowMs, person, pictureOf, typed } from './support.ts'

const node = (over: Partial<Snapshot> = {}): Snapshot =>
  aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()], verdicts: [aVerdict()], ...over })

test('the details of an event tell what belongs to it, and what proves it', () => {
  const left = { facts: { outlivedBy: [{ key: 'k', called: 'container web', pid: 4010 }] } }
  const gone = anEvent(1, {
    type: 'shim-gone',
    subject: { kind: 'shim', key: '4000@900', pid: 4000 },
    summary: 'shim 4000 is gone',
    ...left,
  })
  const raised = anEvent(2, { type: 'verdict-raised', summary: 'it fires', facts: { code: 'container-shimless' } })
  const someone = person(pictureOf(node(), { events: [gone, raised] }))
  someone.presses('tab', 'tab', 'enter')
  const shown = someone.lines().join('\n')
  expect(shown).toContain('part of shim-ended')
  expect(shown).toContain('shim 4000 is gone; 1 container lost its keeper; container-shimless fires')
  expect(shown).toContain('proof: /proc/4010: there at')
  expect(shown).toMatch(/ effect +it fires/)
})

test('the whole screen', () => {
  const picture = pictureOf(node(), { events: [anEvent(1), anEvent(2, { type: 'verdict-raised' })] })
  expect(`\n${person(picture, { columns: 90, rows: 24 }).lines().join('\n')}\n`).toMatchInlineSnapshot(`
    "
    node-1  this node, fresh  at 2026-11-01T12:00:00.000Z
    1 daemon, 1 shim, 1 container, 120 processes  1 verdict firing (1 warning)

    ── tree 4 ────────────────────────────────────────────────────────────────────────────────
    ▸ containerd 812  /run/containerd/containerd.sock
      └─ containerd-shim-runc-v2 4000  k8s.io/web  one-to-one  managed  via kubelet
         │  ✗ warning: shim-leaked: shim 4000 has no container left
         └─ default/web-1/web  web  running  pid 4010  2 processes




    ── verdicts 1 ────────────────────────────────────────────────────────────────────────────
      warning  shim-leaked  firing  2h  shim web pid 4000  shim 4000 has no container left




    ── events 2 ──────────────────────────────────────────────────────────────────────────────
      11:59:58Z  verdict-raised     event number 2
      11:59:58Z  container-started  event number 1


    F1 help  / search  \\ filter  w wrong  p processes  Space fold  Enter details  Tab pane  q…
    "
  `)
})

describe('how fresh it is', () => {
  const header = (over: Partial<Picture>, laterMs = 0) =>
    person(pictureOf(node(), over), { columns: 120, rows: 24 }).lines(nowMs + laterMs)[0]

  test.each([
    [{}, 1_000, 'node-1  this node, fresh'],
    [{}, 75_000, 'node-1  this node, 1m15s old'],
    [{ origin: { kind: 'node', failure: 'no such\nfile' } }, 9_000, '✗ the last look failed: no such\\nfile; 9s old'],
    [{ origin: { kind: 'recording', name: 'a.proc', ended: false } }, 0, 'a.proc, playing'],
    [{ origin: { kind: 'recording', name: 'a.proc', ended: true } }, 99_000, 'a.proc, at its end'],
    [{ origin: { kind: 'agent', url: 'http://n:1', link: 'live' } }, 0, 'http://n:1, fresh'],
    [{ origin: { kind: 'agent', url: 'http://n:1', link: 'calling' } }, 0, 'http://n:1, connecting'],
    [
      { origin: { kind: 'agent', url: 'http://n:1', link: { lost: 'closed with 1006' } } },
      12_000,
      '✗ CONNECTION LOST, 12s old: closed with 1006; trying http://n:1 again',
    ],
  ] satisfies [Partial<Picture>, number, string][])('%j after %d ms', (over, laterMs, said) => {
    expect(header(over, laterMs)).toContain(said)
  })

  test('before anything is seen', () => {
    const { lines } = person(pictureOf(undefined, { freshAtMs: undefined }))
    expect(lines()[0]).toBe('shimscope  this node, nothing seen yet')
    expect(lines()).toHaveLength(40)
  })
})

test('what could not be read is said', () => {
  const { pass } = aSnapshot()
  const { lines } = person(pictureOf(node({ pass: { ...pass, complete: false } })))
  expect(lines()[2]).toContain('Other processes may be hidden')
})

describe('whatever a process calls itself', () => {
  const hostile = '\u001b[2J\u001b]0;owned\u0007\r\n\u202egpj.exe 名前 👩‍👩‍👧‍👦 é\u0000'

  test('no control character but colours reaches the screen', () => {
    const picture = pictureOf(
      node({
        node: hostile,
        containers: [aContainer({ name: hostile, id: hostile, image: hostile })],
        verdicts: [aVerdict({ summary: hostile, evidence: [{ source: hostile, observed: hostile }], next: hostile })],
        processes: [aProcess({ argv: [hostile], comm: hostile })],
      }),
      { events: [anEvent(1, { summary: hostile })], origin: { kind: 'agent', url: hostile, link: { lost: hostile } } },
    )
    for (const color of [true, false]) {
      const { presses, lines } = person(picture, { columns: 80, rows: 40 }, { color })
      const seen = [...lines()]
      for (const pane of ['tree', 'verdicts', 'events']) {
        for (let row = 0; row < 7; row += 1) {
          presses('enter')
          seen.push(...lines())
          presses('escape', 'down')
        }
        presses('tab', ...(pane === 'tree' ? [typed('/'), typed(hostile), 'enter' as const] : []))
        seen.push(...lines())
      }
      const colours = /\p{Cc}\[[\d;]*m/gu
      for (const line of seen) {
        expect(line.replace(colours, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        if (!color) expect(line).not.toContain('\u001b')
      }
    }
  })

  test('wide characters and clusters: no line is wider than the screen, at any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.oneof(fc.constantFrom('名', '👩‍👩‍👧‍👦', 'e\u0301', '🇩🇪', ' ', 'x', '\u200b'), fc.string()), {
          maxLength: 60,
        }),
        fc.constantFrom<('f1' | 'enter' | 'tab')[]>([], ['f1'], ['enter'], ['tab', 'enter']),
        (columns, rows, parts, keys) => {
          const name = parts.join('')
          const { lines, presses } = person(
            pictureOf(
              node({
                node: name,
                containers: [aContainer({ name })],
                verdicts: [aVerdict({ summary: name, next: name })],
              }),
              { events: [anEvent(1, { summary: name })] },
            ),
            { columns, rows },
          )
          presses(...keys)
          expect(lines()).toHaveLength(rows)
          for (const line of lines()) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
        },
      ),
      { numRuns: 200 },
    )
  })
})

test('colour: the selected row is turned around, and ends what it began', () => {
  const { lines } = person(pictureOf(node()), { columns: 80, rows: 30 }, { color: true })
  const selected = lines().find((line) => line.includes('▸'))
  expect(selected).toMatch(/^\p{Cc}\[7m▸ containerd 812.*\p{Cc}\[0m$/u)
  for (const line of lines()) {
    const last = [...line.matchAll(/\p{Cc}\[([\d;]*)m/gu)].at(-1)
    if (last !== undefined) expect(last[1]).toBe('0')
  }
})

test('ten thousand processes, and ten thousand levels', () => {
  const many = Array.from({ length: 10_000 }, (_, i) =>
    aProcess({ pid: 10_000 + i, ppid: 9_999 + i, startedAt: new Date(1_790_000_000_000 + i).toISOString() }),
  )
  const { presses, selected, lines } = person(pictureOf(node({ processes: many })))
  presses('end')
  expect(selected()).toContain('19999  nginx')
  presses('f4', typed('19998'), 'enter', 'home')
  expect(lines().join('\n')).toContain('19998')
})
