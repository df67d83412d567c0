import { describe, expect, test } from 'vitest'
import type { Shim, Snapshot } from '../../../src/core/model/snapshot.ts'
import { type Line, tellLines } from '../../../src/outputs/log/lines.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../support/memory-agent.ts'

/** The lines that each of these moments makes. */
function told(...moments: readonly Snapshot[]): readonly (readonly Line[])[] {
  const agent = memoryAgent()
  const lines: Line[] = []
  tellLines(agent, (line) => lines.push(line))
  return moments.map((moment) => {
    agent.look(moment)
    return lines.splice(0)
  })
}

const healthy = aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()] })
const broken = aSnapshot({ ...healthy, verdicts: [aVerdict()], takenAt: '2026-11-01T12:00:05.000Z' })

describe('the log of a node', () => {
  test('a healthy node that stays as it is says nothing', () => {
    expect(told(healthy, healthy)).toEqual([[], []])
  })

  test('a verdict is one line, with its evidence, its pod and its process', () => {
    const [, lines] = told(healthy, broken)
    expect(lines).toEqual([
      {
        level: 'warn',
        time: '2026-11-01T12:00:05.000Z',
        message: 'shim-leaked fires: shim 4000 has no container left',
        attributes: {
          'event.name': 'shimscope.verdict-raised',
          'k8s.node.name': 'node-1',
          'shimscope.subject.kind': 'shim',
          'container.id': 'web',
          'container.name': 'web',
          'container.runtime.name': 'containerd',
          'k8s.container.name': 'web',
          'k8s.pod.uid': '6f1c0e2a-0000-4000-8000-000000000001',
          'k8s.pod.name': 'web-1',
          'k8s.namespace.name': 'default',
          'process.pid': 4000,
          'process.executable.name': 'containerd-shim-runc-v2',
          'process.creation.time': '2026-11-01T09:00:00.000Z',
          'shimscope.verdict.code': 'shim-leaked',
          'shimscope.verdict.severity': 'warning',
          'shimscope.verdict.since': '2026-11-01T10:00:00.000Z',
          'shimscope.verdict.evidence': ['/proc/4000/cwd: /run/x (deleted)'],
          'shimscope.verdict.next': 'Look at it with `ps`.',
        },
      },
    ])
  })

  test('what fires already when the agent begins is told then, and once', () => {
    const [first, second] = told(broken, { ...broken, takenAt: '2026-11-01T12:00:06.000Z' })
    expect(first?.map(({ message }) => message)).toEqual(['shim-leaked fires: shim 4000 has no container left'])
    expect(second).toEqual([])
    expect(told(broken, { ...broken, run: 'another' })[1]).toEqual([])
  })

  test('a verdict that clears says which it was', () => {
    const [, , cleared] = told(healthy, broken, healthy)
    expect(cleared).toHaveLength(1)
    expect(cleared?.[0]).toMatchObject({
      level: 'info',
      attributes: { 'event.name': 'shimscope.verdict-cleared', 'shimscope.verdict.code': 'shim-leaked' },
    })
  })

  test('what is gone is told under the names that it had', () => {
    const [, lines] = told(healthy, aSnapshot({ daemons: [aDaemon()] }))
    expect(lines?.map(({ attributes }) => [attributes['event.name'], attributes['k8s.pod.name']])).toEqual([
      ['shimscope.shim-gone', 'web-1'],
      ['shimscope.container-exited', 'web-1'],
    ])
  })

  test('a cause and what followed from it are one more line, when all has come', () => {
    const [one, other] = [4000, 5000].map((pid) => aShim({ pid, id: `c${pid}` })) as [Shim, Shim]
    const young = aDaemon({ pid: 4411, startedAt: '2026-11-01T12:00:01.000Z' })
    const lost = (shim: Shim): Shim => ({ ...shim, supervision: 'unknown', daemon: null })
    const back = (shim: Shim): Shim => ({ ...shim, daemon: young.key })
    const moments = [
      aSnapshot({ daemons: [aDaemon()], shims: [one, other] }),
      aSnapshot({ daemons: [{ ...young, state: 'starting' }], shims: [lost(one), lost(other)] }),
      aSnapshot({ daemons: [young], shims: [back(one), lost(other)] }),
      aSnapshot({ daemons: [young], shims: [back(one), back(other)], takenAt: '2026-11-01T12:00:06.000Z' }),
    ]
    const stories = told(...moments).map((lines) =>
      lines.filter(({ attributes }) => attributes['event.name'] === 'shimscope.story'),
    )
    expect(stories.map((lines) => lines.length)).toEqual([0, 0, 0, 1])
    expect(stories[3]?.[0]).toMatchObject({
      level: 'info',
      time: '2026-11-01T12:00:06.000Z',
      message: 'containerd restarted (pid 812 → 4411); 2 shims reconnected',
      attributes: {
        'shimscope.story.kind': 'daemon-outage',
        'shimscope.story.cause': 'containerd restarted (pid 812 → 4411)',
      },
    })
  })

  test('critical is an error, what is worth knowing is information', () => {
    const level = (severity: 'critical' | 'info') =>
      told(healthy, { ...broken, verdicts: [aVerdict({ severity })] })[1]?.map((line) => line.level)
    expect(level('critical')).toEqual(['error'])
    expect(level('info')).toEqual(['info'])
  })
})
