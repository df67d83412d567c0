import { inspect, type Inspection, interestOf } from '../../../src/core/inspect.ts'
import { newMemory } from '../../../src/core/model/memory.ts'
import { Collector } from '../../../src/sources/collect.ts'
import { alone, containerd, criPod, joined, kubelet, type Part, service } from '../../construct/parts.ts'
import { constructedSource } from '../../construct/source.ts'

/** Of each pod: shim, pause, the app's first process and its workers. */
const workers = 37

/** A node with this many pods of 40 processes each, constructed, and looked at by the whole of the core. */
export async function crowdedNode(pods: number): Promise<Inspection> {
  const node = joined(
    kubelet(600, []),
    containerd(700),
    service({ pid: 800, name: 'ssh', argv: ['sshd: /usr/sbin/sshd -D'], comm: 'sshd' }),
    ...Array.from({ length: pods }, (_, index) => podOf(1000 + 100 * index, index)),
  )
  const host = await new Collector(constructedSource({ ...node, pidMax: 4_194_304 })).pass(interestOf)
  if (host === false) throw new Error('a constructed node has a moment')
  return inspect(host, newMemory({ run: 'crowded', graceMs: 0, measureEveryMs: 15_000 }))
}

const podOf = (pid: number, index: number): Part =>
  joined(
    criPod({ name: `shop-${index}`, pid, argv: ['postgres'] }),
    alone(
      ...Array.from({ length: workers }, (_, worker) => ({
        pid: pid + 51 + worker,
        ppid: pid + 50,
        argv: [`postgres: worker ${worker}`],
        comm: 'postgres',
      })),
    ),
  )
