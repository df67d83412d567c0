import { rmSync } from 'node:fs'
import type { Node } from '../support/node.ts'
import { killed, processes } from '../support/processes.ts'
import { writeSpec } from '../support/spec.ts'
import type { TrueContainer, Truth } from '../support/truth.ts'
import { until } from '../support/until.ts'
import type { Scenario } from './scenario.ts'

/** runc 1.1.5 by hand, no containerd and no shim: what it leaves never had a keeper, and none is missed. */
export const bareScenarios: readonly Scenario[] = [
  {
    name: 'runc-by-hand',
    story:
      'runc by hand, no containerd: one container in each state that OCI knows, and one that `runc run` stays beside.',
    async play(node) {
      await runc(node, 'made', 'create')
      await runc(node, 'web', 'run --detach')
      await runc(node, 'frozen', 'run --detach')
      await node.world.run('runc', 'pause', 'frozen')
      const done = await runc(node, 'done', 'run --detach')
      await killed(node.world, done)
      await writeSpec(node.world, 'front', '/by-hand/front')
      await node.world.start('/run/front.log', 'runc', 'run', '--bundle', '/run/specs/front', 'front')
      await until('runc has started it', async () => (await listed(node)).some(({ id }) => id === 'front'))
      return { truth: await truthOf(node), verdicts: [] }
    },
  },
  {
    name: 'runc-by-hand-without-its-record',
    story:
      'runc by hand, and its record below /run/runc was removed: a container that nothing tells from other processes.',
    async play(node) {
      await runc(node, 'web', 'run --detach')
      rmSync(node.world.path('/run/runc/web'), { recursive: true })
      return { truth: { shims: [], containers: [] }, verdicts: [] }
    },
  },
]

/** The pid of what it runs. */
async function runc(node: Node, id: string, verb: string): Promise<number> {
  await writeSpec(node.world, id, `/by-hand/${id}`)
  const script = `cd /run/specs/${id} && runc ${verb} --pid-file pid ${id} < /dev/null > log 2>&1 && cat pid`
  return Number(await node.world.run('sh', '-c', script))
}

type Listed = { id: string; pid: number; status: TrueContainer['state'] }

const listed = async (node: Node): Promise<Listed[]> =>
  (JSON.parse(await node.world.run('runc', 'list', '--format', 'json')) as Listed[] | null) ?? []

async function truthOf(node: Node): Promise<Truth> {
  const living = new Set(processes(node.world).map(({ pid }) => pid))
  const containers = (await listed(node)).map(({ id, pid, status }): TrueContainer => {
    const own = {
      id,
      containerdNamespace: null,
      state: status,
      shim: null,
      role: 'container',
      name: null,
      pod: null,
    } as const
    return { ...own, pid: living.has(pid) ? pid : null }
  })
  return { shims: [], containers }
}
