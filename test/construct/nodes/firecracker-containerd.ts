import { daemon, shimSocket } from '../containerd-node.ts'
import type { Constructed } from '../node.ts'

const at = '/run/firecracker-containerd/containerd.sock'
const directory = '/var/lib/firecracker-containerd/shim-base/default#vm-1'

export const nodes: readonly Constructed[] = [
  {
    name: 'firecracker-containerd',
    story: `Constructed: one machine of firecracker-containerd, from firecracker-control/local.go (newShim), internal/vm/dir.go and
runtime/noop_jailer.go of firecracker-microvm/firecracker-containerd. The shim is a child of its daemon, was told neither
id nor bundle, and works in <shim base>/<namespace>#<vm id>; no container runs in the machine yet.
Verdicts: none`,
    moments: [
      {
        processes: [
          {
            ...daemon('/usr/local/bin/firecracker-containerd', at),
            argv: ['/usr/local/bin/firecracker-containerd', '--config', '/etc/firecracker-containerd/config.toml'],
            cgroup: '/system.slice/firecracker-containerd.service',
          },
          {
            pid: 3_110,
            ppid: 1_011,
            argv: ['/usr/local/bin/containerd-shim-aws-firecracker', '-namespace', 'default', '-address', at],
            cwd: directory,
            threads: 12,
            ageSeconds: 7_200,
            listens: [shimSocket('vm-1', 0, 'default', at), `${shimSocket('vm-1', 0, 'default', at).path}fccontrol`],
          },
          {
            pid: 3_125,
            ppid: 3_110,
            argv: ['/usr/local/bin/firecracker', '--api-sock', 'firecracker.sock', '--id', 'vm-1'],
            cwd: directory,
            threads: 3,
          },
        ],
      },
    ],
  },
]
