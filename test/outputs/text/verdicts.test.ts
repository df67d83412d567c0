import { describe, expect, test } from 'vitest'
import { columns } from '../../../src/outputs/text/columns.ts'
import { renderAge } from '../../../src/outputs/text/duration.ts'
import { renderVerdicts } from '../../../src/outputs/text/verdicts.ts'
import { snapshot, verdict } from './sample.ts'

const plain = { color: false, width: 80, charset: 'utf8' } as const

describe('verdicts', () => {
  test('a table, the worst first, with evidence and a next step', () => {
    const verdicts = [
      verdict({
        key: 'p',
        code: 'container-zombies',
        severity: 'warning',
        status: 'pending',
        since: '2026-09-01T03:11:59.500Z',
        subject: { kind: 'container', id: 'web' },
        evidence: [],
        resembles: [],
        summary: 's',
        next: 'n',
      }),
      verdict(),
    ]
    expect(
      renderVerdicts(snapshot({ verdicts }), plain),
    ).toBe(`node-1 at 2026-09-01T03:12:00.000Z: 1 daemon, 1 shim, 2 containers, 210
processes
1 verdict firing (1 critical), 1 pending

SEVERITY  CODE               STATUS   AGE    SUBJECT
critical  shim-abandoned     firing   3m12s  shim aaaaaaaaaaaa pid 9075
  containerd has let go of this shim while its containers still run
  - /proc/9075/cwd: -> /run/containerd/k8s.io/.aaaa (deleted)
  next: Look whether a second copy of the pod runs before you touch this one.
  resembles: rancher/rke2#10613

warning   container-zombies  pending  0s     container web
  s
  next: n
`)
  })

  test('none is said', () => {
    expect(renderVerdicts(snapshot(), plain)).toContain('\nNo verdicts: nothing here is known to be wrong.\n')
  })

  test('evidence is wrapped, not cut, and harmless', () => {
    const text = renderVerdicts(
      snapshot({ verdicts: [verdict({ evidence: [{ source: '\u001b]0;x', observed: 'word '.repeat(40) }] })] }),
      plain,
    )
    expect(text.match(/word/g)).toHaveLength(40)
    expect(text).toContain('\\x1b]0;x')
  })
})

test('columns count cells, not characters', () => {
  expect(
    columns([
      ['a', 'b'],
      ['日本', 'c'],
      ['é', 'd'],
    ]),
  ).toEqual(['a     b', '日本  c', 'é     d'])
})

test.each([
  [0, '0s'],
  [Number.NaN, '0s'],
  [-5, '0s'],
  [59_999, '59s'],
  [192_000, '3m12s'],
  [3_600_000, '1h'],
  [90_000_000, '1d1h'],
])('%d ms are %s', (ms, text) => {
  expect(renderAge(ms)).toBe(text)
})
