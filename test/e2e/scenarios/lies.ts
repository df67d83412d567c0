import { shimOf, processes } from '../support/processes.ts'
import { until } from '../support/until.ts'
import type { Scenario } from './scenario.ts'

/**
 * What a tenant does in his container: programs that bear the names of a node's, in directories full of what hurts a
 * reader. `pause` waits whatever it is called and told.
 */
const LIES = `
b=/bin/busybox
task=/run/containerd/io.containerd.runtime.v2.task/k8s.io
$b mkdir -p $task/evil $task/gone $task/beside /opt /elsewhere
for name in containerd containerd-shim containerd-shim-runc-v2 runc kubelet dockerd conmon 'runc:[2:INIT]'; do
  $b cp /bin/pause "/opt/$name"
done
$b mkfifo $task/evil/config.json $task/evil/address
$b ln -s /proc/1/environ $task/evil/init.pid
$b ln -s /dev/zero $task/evil/shim-binary-path
$b mknod $task/evil/sandbox c 1 5
$b truncate -s 1099511627776 $task/beside/config.json
echo '{"annotations":{"io.kubernetes.cri.sandbox-id":"evil"}}' > /elsewhere/config.json
$b ln -s /elsewhere $task/linked
$b ln -s / $task/rootfs
$b ln -s loop $task/loop
shim='-namespace k8s.io -address /run/containerd/containerd.sock'
(cd $task/evil; exec /opt/containerd-shim-runc-v2 $shim -id evil) &
(cd $task/gone; $b rmdir $task/gone; exec /opt/containerd-shim-runc-v2 $shim -id gone) &
(cd $task/evil; exec /opt/containerd-shim-runc-v2 $shim -id evil delete) &
(cd $task/evil; exec /opt/containerd-shim -namespace moby -workdir $task/evil -address /run/containerd/containerd.sock) &
(cd $task/evil; exec /opt/containerd-shim web $task/evil runc) &
/opt/containerd &
/opt/dockerd &
/opt/kubelet &
/opt/runc --root /run/runc create --bundle $task/evil web &
'/opt/runc:[2:INIT]' init &
/opt/conmon -b $task/evil -c web &
(/bin/true; exec -a containerd-shim-runc-v2 /bin/pause $shim -id web) &
exec /bin/sleep 3704
`

const names = [
  'containerd',
  'dockerd',
  'kubelet',
  'runc',
  'runc:[2:INIT]',
  'conmon',
  'containerd-shim',
  'containerd-shim-runc-v2',
]

export const liesScenarios: readonly Scenario[] = [
  {
    name: 'lies-of-a-container',
    story:
      'containerd 1.6.20: a container whose processes call themselves shims, daemons and engines, in bundles of fifos and links.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('honest')
      await containerd.run('liar', { command: ['sh', '-c', LIES] })
      await until('all lies are told', () => {
        const told = processes(node.world).map(({ argv }) => argv[0] ?? '')
        return names.every((name) => told.includes(`/opt/${name}`)) && told.includes('containerd-shim-runc-v2')
      })
      const { containers } = await node.truth()
      const shims = ['honest', 'liar'].map((id) => shimOf(node.world, id))
      return {
        truth: { shims, containers: containers.map((container) => ({ ...container, shim: undefined })) },
        verdicts: [],
      }
    },
  },
]
