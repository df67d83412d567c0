import { killed, processes, processOf, shimOf } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { healthy, type Played, type Scenario } from './scenario.ts'
import { unnoticedExit } from './unnoticed-exit.ts'

/** Things that are there twice, or under the wrong name. */
export const doubleScenarios: readonly Scenario[] = [
  {
    name: 'shim-duplicate',
    story:
      'containerd 1.6.20: a second shim was started by hand with the command line of one that keeps a container, at a socket of its own.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      const truth = await node.truth()
      const keeper = processOf(node.world, shimOf(node.world, 'web'))
      const argv = [...(keeper?.argv ?? []), '-socket', '/run/second.sock']
      const bundle = '/run/containerd/io.containerd.runtime.v2.task/default/web'
      const environment = ['GOMAXPROCS=4', 'TTRPC_ADDRESS=/run/containerd/containerd.sock.ttrpc']
      const script = 'cd $1; shift; exec env "$@"'
      const second = await node.world.start(
        '/run/second.log',
        'sh',
        '-c',
        script,
        'sh',
        bundle,
        ...environment,
        ...argv,
      )
      await until('the second shim listens', async () =>
        (await node.world.run('cat', '/proc/net/unix')).includes('/run/second.sock'),
      )
      return {
        truth: { ...truth, shims: [...truth.shims, second] },
        verdicts: [{ code: 'shim-duplicate', kind: 'shim', of: second }],
      }
    },
  },
  {
    name: 'container-twin',
    story:
      'containerd 1.6.20, CRI: a container of a pod was started once more while the one before lives, as kubelet does when the runtime calls it exited.',
    async play(node): Promise<Played> {
      await node.containerd()
      const cri = await node.cri()
      const pod = await cri.runPod('web', ['app'])
      await cri.runAgain(pod, 'app')
      return {
        truth: await node.truth(),
        verdicts: [{ code: 'container-twin', kind: 'container', of: pod.containerIds[0] ?? '' }],
      }
    },
  },
  {
    name: 'pod-container-restarted',
    story:
      'containerd 1.6.20, CRI: a container of a pod ended and was started once more; the CRI still lists the one before.',
    async play(node) {
      const containerd = await node.containerd()
      const cri = await node.cri()
      const pod = await cri.runPod('web', ['app'])
      const app = (await node.truth()).containers.find(({ role }) => role === 'container')?.pid ?? Number.NaN
      await killed(node.world, app)
      await until('its task is deleted', async () => (await containerd.tasks()).length === 1)
      await cri.runAgain(pod, 'app')
      return healthy(node)
    },
  },
  {
    name: 'container-id-mismatch',
    story:
      'containerd 1.6.20 is stopped (SIGSTOP): a container of a pod has ended unnoticed, and its pid was given to a program of the node.',
    async play(node): Promise<Played> {
      const { pod, app, truth } = await unnoticedExit(node)
      // The next process gets the pid behind the one that is written there. pid_namespaces(7)
      await until('the pid is used again', async () => {
        const script = `echo ${app - 1} > /proc/sys/kernel/ns_last_pid; sleep 3603 > /dev/null 2>&1 < /dev/null &`
        await node.world.run('sh', '-c', script)
        return processes(node.world).some(({ pid, argv }) => pid === app && argv.includes('3603'))
      })
      return {
        truth,
        verdicts: [{ code: 'container-id-mismatch', kind: 'container', of: pod.containerIds[0] ?? '' }],
      }
    },
  },
]
