import fc from 'fast-check'
import type { NodeEvent } from '../../../../src/core/model/event.ts'
import type { Container, Daemon, Shim, Snapshot, Verdict } from '../../../../src/core/model/snapshot.ts'
import { diff } from '../../../../src/core/snapshot/diff.ts'
import { stoppedDaemons } from '../../../../src/core/snapshot/events.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../../snapshot/support/nodes.ts'

const deeds = [
  'stop daemon',
  'start daemon',
  'start daemon',
  'reconnect',
  'reconnect',
  'reconnect all',
  'forget',
  'kill shim',
  'exit',
  'end',
  'end',
  'run pod',
  'run container',
  'restart',
  'judge',
  'judge',
  'clear',
  'let go',
  'end sandbox',
  'hide',
] as const

interface Deed {
  readonly what: (typeof deeds)[number]
  /** Whom it happens to, of those that there are. */
  readonly nth: number
}

/** Some things that happen between two looks, and how long these are apart. */
export interface Step {
  readonly deeds: readonly Deed[]
  readonly ms: number
}

const step: fc.Arbitrary<Step> = fc.record({
  deeds: fc.array(fc.record({ what: fc.constantFrom(...deeds), nth: fc.nat(5) }), { maxLength: 3 }),
  ms: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 40_000 }) },
    { weight: 1, arbitrary: fc.constant(1_500_000) },
  ),
})
export const steps = fc.array(step, { minLength: 3, maxLength: 40 })

interface Node {
  daemon: Daemon | undefined
  shims: Shim[]
  containers: Container[]
  verdicts: Verdict[]
}

/** What an agent tells of a node on which all this happens, look by look. `place` keeps two such nodes apart. */
export function liveThrough(all: readonly Step[], place: number): readonly (readonly NodeEvent[])[] {
  let pid = place * 100_000
  const address = `/run/${place}.sock`
  const node: Node = { daemon: undefined, shims: [], containers: [], verdicts: [] }
  const newPid = () => (pid += 1)
  const look = (seq: number, atMs: number, complete: boolean): Snapshot => {
    const made = aSnapshot({
      ...node,
      daemons: node.daemon ? [node.daemon] : [],
      seq,
      takenAt: new Date(atMs).toISOString(),
    })
    return { ...made, pass: { ...made.pass, complete } }
  }
  startDaemon()
  run(undefined)
  run('pod-0')
  let nowMs = Date.parse('2026-11-01T12:00:00.000Z')
  let before = look(1, nowMs, true)
  let lately: readonly Daemon[] = []
  return all.map(({ deeds: done, ms }, index) => {
    let complete = true
    for (const { what, nth } of done) complete = act(what, nth) && complete
    nowMs += ms
    const after = look(index + 2, nowMs, complete)
    const events = diff(before, after, lately)?.events ?? []
    const stopped = stoppedDaemons(before.daemons, after.daemons)
    lately = stopped.length > 0 ? stopped : after.daemons.length > 0 ? [] : lately
    before = after
    return events
  })

  function startDaemon(): void {
    const one = newPid()
    node.daemon = aDaemon({ pid: one, key: `${one}@${one}`, addresses: [address] })
  }

  function run(podName: string | undefined): void {
    const one = newPid()
    const key = `${one}@${one}` as const
    const uid = `${place}-${podName}`
    const pod = podName === undefined ? null : { uid, name: podName, namespace: 'default' }
    const sandbox = podName === undefined ? [] : [contain(`s${one}`, 'sandbox', null, pod, key)]
    node.containers.push(...sandbox, contain(`c${one}`, 'container', 'app', pod, key))
    node.shims.push(aShim({ pid: one, key, id: `s${one}`, daemon: node.daemon?.key ?? null, address }))
  }

  function contain(
    id: string,
    role: Container['role'],
    name: string | null,
    pod: Container['pod'],
    shim: Shim['key'],
  ): Container {
    return aContainer({ id, key: `${address}/k8s.io/${id}`, role, name, pod, shim, initPid: newPid() })
  }

  function act(what: Deed['what'], nth: number): boolean {
    const shim = node.shims[nth % Math.max(node.shims.length, 1)]
    const container = node.containers[nth % Math.max(node.containers.length, 1)]
    const set = (key: string, over: Partial<Shim>) => {
      node.shims = node.shims.map((one) => (one.key === key ? { ...one, ...over } : one))
    }
    const tracked = (key: string) => set(key, { supervision: 'managed', daemon: node.daemon?.key ?? null })
    const dropShim = (key: string) => {
      node.shims = node.shims.filter((one) => one.key !== key)
      node.containers = node.containers.map((one) => (one.shim === key ? { ...one, shim: null } : one))
    }
    const isBack = ({ daemon }: Shim) => node.daemon !== undefined && daemon !== node.daemon.key
    switch (what) {
      case 'stop daemon':
        node.daemon = undefined
        node.shims = node.shims.map((one) => ({ ...one, supervision: 'orphaned', daemon: null }))
        return true
      case 'start daemon':
        startDaemon()
        return true
      case 'reconnect':
        if (shim && isBack(shim)) tracked(shim.key)
        return true
      case 'reconnect all':
        for (const one of node.shims) if (isBack(one)) tracked(one.key)
        return true
      case 'forget':
        if (shim) set(shim.key, { supervision: 'orphaned', daemon: null })
        return true
      case 'let go':
        if (shim) set(shim.key, { supervision: 'orphaned', bundleDeleted: true })
        return true
      case 'kill shim':
        if (shim) dropShim(shim.key)
        return true
      case 'exit':
        if (container) node.containers = node.containers.filter((one) => one !== container)
        return true
      case 'end sandbox':
        node.containers = node.containers.filter(({ role }) => role !== 'sandbox')
        return true
      case 'end':
        if (shim === undefined) return true
        node.containers = node.containers.filter((one) => one.shim !== shim.key)
        if (nth % 2 === 0) dropShim(shim.key)
        return true
      case 'run pod':
        run(`pod-${nth}`)
        return true
      case 'run container':
        run(undefined)
        return true
      case 'restart':
        if (container === undefined || container.shim === null) return true
        node.containers = node.containers.filter((one) => one !== container)
        node.containers.push(
          contain(
            nth % 2 === 0 ? container.id : `r${newPid()}`,
            container.role,
            container.name,
            container.pod,
            container.shim,
          ),
        )
        return true
      case 'judge': {
        const codes = [
          'shim-daemonless',
          'shim-leaked',
          'shim-abandoned',
          'shim-exit-uncollected',
          'sandbox-dead',
          'shim-bloated',
        ]
        const subject =
          nth === 0 && container
            ? ({ kind: 'container', key: container.key, id: container.id } as const)
            : shim && ({ kind: 'shim', key: shim.key, pid: shim.pid } as const)
        const code = nth === 0 ? 'container-shimless' : (codes[nth] ?? 'shim-wedged')
        if (subject) {
          const verdict = aVerdict({ code, subject })
          node.verdicts = [...node.verdicts.filter(({ key }) => key !== verdict.key), verdict]
        }
        return true
      }
      case 'clear':
        node.verdicts = node.verdicts.filter((_, index) => index !== nth)
        return true
      case 'hide':
        return false
    }
  }
}
