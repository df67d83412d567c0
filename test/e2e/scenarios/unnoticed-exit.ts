import type { Node } from '../support/node.ts'
import { killed } from '../support/processes.ts'
import type { Truth } from '../support/truth.ts'

/** A container of a pod has ended while its containerd was stopped (SIGSTOP), which has not noticed. */
export async function unnoticedExit(node: Node) {
  const containerd = await node.containerd()
  const pod = await (await node.cri()).runPod('web', ['app'])
  const { shims, containers } = await node.truth()
  const app = containers.find(({ role }) => role === 'container')?.pid ?? Number.NaN
  await node.world.kill('STOP', containerd.pid())
  await killed(node.world, app)
  const ended = { state: 'stopped', pid: null, shim: undefined } as const
  const truth: Truth = { shims, containers: containers.map((one) => (one.pid === app ? { ...one, ...ended } : one)) }
  return { pod, app, truth }
}
