import { describe, expect, test } from 'vitest'
import type { Forest } from '../../../src/core/model/forest.ts'
import { type DaemonLife, newMemory } from '../../../src/core/model/memory.ts'
import { livesOf } from '../../../src/core/verdicts/daemon-lives.ts'
import { verdictRules } from '../../../src/core/verdicts/index.ts'
import { judge } from '../../../src/core/verdicts/judge.ts'
import { replay, scenarios } from '../../replay.ts'

const address = '/run/containerd/containerd.sock'

/** Lives of a containerd, one after the other, of which the last goes on. */
const lives = (firstPid: number, ended: number, over: Partial<DaemonLife> = {}): DaemonLife[] =>
  Array.from({ length: ended + 1 }, (_, life) => ({
    key: `${firstPid + life}@${firstPid + life}` as const,
    pid: firstPid + life,
    program: 'containerd',
    within: null,
    endedMs: life < ended ? 1 : null,
    addresses: [address],
    ...over,
  }))

/** A healthy node with one containerd. */
async function healthyForest(): Promise<Forest> {
  const healthy = scenarios().find(({ name }) => name === 'pod-of-1')
  const { memory } = await replay(healthy?.moments ?? [])
  if (memory.grown === null) throw new Error('nothing was grown')
  return memory.grown.forest
}

/** What is said of such lives on a healthy node, where it is not known that somebody who is not shown has ended. */
async function said(all: Readonly<Record<string, readonly DaemonLife[]>>) {
  const grown = await healthyForest()
  const forest = { ...grown, host: { ...grown.host, complete: false, uptimeMs: 60_000 } }
  const past = {
    ...newMemory({ run: 'test', graceMs: 0, measureEveryMs: 0 }),
    daemonLives: new Map(Object.entries(all)),
  }
  return judge(forest, verdictRules, past, 0).verdicts.filter(({ code }) => code === 'daemon-restarting')
}

describe('a daemon that keeps being restarted', () => {
  test('is told of once, also when its command line was changed meanwhile', async () => {
    expect(await said({ containerd: lives(100, 3) })).toHaveLength(1)
    expect(await said({ containerd: lives(100, 3), 'containerd --log-level debug': lives(200, 3) })).toHaveLength(1)
  })

  test('in two nested nodes, each is told of: their addresses are the same', async () => {
    const verdicts = await said({
      one: lives(100, 3, { within: 'docker/one' }),
      two: lives(200, 3, { within: 'docker/two' }),
    })
    expect(verdicts.map(({ subject }) => subject.id)).toEqual([`${address} in docker/one`, `${address} in docker/two`])
  })

  test('is not one of two that live side by side', async () => {
    expect(await said({ containerd: [...lives(100, 3), ...lives(200, 0)] })).toEqual([])
  })

  test('in a pid namespace that is no container, it is told from those that come after it elsewhere', async () => {
    const forest = await healthyForest()
    const [daemon] = forest.daemons
    const { node } = daemon ?? {}
    const { detail } = node?.process ?? {}
    if (daemon === undefined || node === undefined || detail === undefined) throw new Error('no containerd')
    /** Four times under such a parent. */
    const namesOf = (innerPids: readonly number[], parentOf: (life: number) => number) => {
      let all: ReturnType<typeof livesOf> = new Map()
      for (const life of [1, 2, 3, 4]) {
        const parent = { ...node, process: { ...node.process, key: `${parentOf(life)}@1` as const } }
        const process = {
          ...node.process,
          key: `${100 + life}@${life}` as const,
          detail: { ...detail, innerPids: { kind: 'known', value: innerPids } as const },
        }
        all = livesOf({ ...forest, daemons: [{ ...daemon, node: { ...node, process, parent } }] }, all)
      }
      return [...all.values()].map((known) => known.length)
    }
    expect(namesOf([100, 7], (life) => life)).toEqual([1, 1, 1, 1])
    expect(namesOf([100, 7], () => 1)).toEqual([4])
    expect(namesOf([100], (life) => life)).toEqual([4])
  })
})
