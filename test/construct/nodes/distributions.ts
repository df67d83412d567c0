import type { Constructed } from '../node.ts'
import { alone, containerd, criPod, joined, kubelet, type Part, service, shimV2 } from '../parts.ts'

const k3s = { address: '/run/k3s/containerd/containerd.sock', state: '/run/k3s/containerd' }
const microk8s = {
  address: '/var/snap/microk8s/common/run/containerd.sock',
  state: '/var/snap/microk8s/common/run/containerd',
}
const talosSystem = { address: '/system/run/containerd/containerd.sock', state: '/system/run/containerd' }
const bottlerocketHost = { address: '/run/host-containerd/containerd.sock', state: '/run/host-containerd' }

export const nodes: readonly Constructed[] = [
  {
    name: 'k3s',
    story: `Constructed: k3s, with kubelet inside its own process (which writes its role into argv[0], k3s-io/k3s
pkg/cli/server/server.go), its containerd as a child and its shims in the data directory (k3s-io/k3s#9652).
Verdicts: none`,
    moments: [
      joined(
        service({
          pid: 700,
          name: 'k3s',
          argv: ['/usr/local/bin/k3s server'],
          comm: 'k3s-server',
          exe: '/usr/local/bin/k3s',
          threads: 20,
        }),
        alone({
          pid: 780,
          ppid: 700,
          argv: [
            'containerd',
            '-c',
            '/var/lib/rancher/k3s/agent/etc/containerd/config.toml',
            '-a',
            k3s.address,
            '--state',
            k3s.state,
            '--root',
            '/var/lib/rancher/k3s/agent/containerd',
          ],
          exe: '/var/lib/rancher/k3s/data/9d5bba/bin/k3s',
          threads: 15,
          listens: [{ path: k3s.address, accepted: 3 }, `${k3s.address}.ttrpc`],
        }),
        criPod({
          name: 'traefik',
          pid: 2000,
          argv: ['traefik'],
          shim: {
            place: k3s,
            program: '/var/lib/rancher/k3s/data/9d5bba/bin/containerd-shim-runc-v2',
            process: { cgroup: '/system.slice/k3s.service' },
          },
        }),
      ),
    ],
  },
  {
    name: 'rke2',
    story: `Constructed: rke2, whose supervisor runs kubelet and containerd as children, each with its program below the data
directory (the layout that rancher/rke2#10613 quotes).
Verdicts: none`,
    moments: [
      joined(
        service({
          pid: 700,
          name: 'rke2-server',
          argv: ['/usr/local/bin/rke2 server'],
          comm: 'rke2',
          exe: '/usr/local/bin/rke2',
          threads: 20,
        }),
        alone({
          pid: 760,
          ppid: 700,
          argv: [
            'containerd',
            '-c',
            '/var/lib/rancher/rke2/agent/etc/containerd/config.toml',
            '-a',
            k3s.address,
            '--state',
            k3s.state,
            '--root',
            '/var/lib/rancher/rke2/agent/containerd',
          ],
          exe: '/var/lib/rancher/rke2/data/v1.31.14-rke2r1-8d2f5a/bin/containerd',
          threads: 15,
          listens: [{ path: k3s.address, accepted: 3 }, `${k3s.address}.ttrpc`],
        }),
        alone({
          pid: 790,
          ppid: 700,
          argv: ['kubelet', '--volume-plugin-dir=/var/lib/kubelet/volumeplugins', '--file-check-frequency=5s'],
          exe: '/var/lib/rancher/rke2/data/v1.31.14-rke2r1-8d2f5a/bin/kubelet',
          threads: 17,
        }),
        criPod({
          name: 'etcd',
          pid: 2000,
          argv: ['etcd', '--config-file=/var/lib/rancher/rke2/server/db/etcd/config'],
          shim: {
            place: k3s,
            program: '/var/lib/rancher/rke2/data/v1.31.14-rke2r1-8d2f5a/bin/containerd-shim-runc-v2',
            process: { cgroup: '/system.slice/rke2-server.service' },
          },
        }),
      ),
    ],
  },
  {
    name: 'microk8s',
    story: `Constructed: microk8s, kubelet inside kubelite and containerd in the snap (canonical/microk8s
microk8s-resources/default-args/containerd, canonical/microk8s#4464).
Verdicts: none`,
    moments: [
      joined(
        service({
          pid: 700,
          name: 'snap.microk8s.daemon-kubelite',
          argv: ['/snap/microk8s/6089/kubelite', '--scheduler-args-file=/var/snap/microk8s/6089/args/kube-scheduler'],
          threads: 24,
        }),
        service({
          pid: 780,
          name: 'snap.microk8s.daemon-containerd',
          argv: [
            '/snap/microk8s/6089/bin/containerd',
            '--config',
            '/var/snap/microk8s/6089/args/containerd.toml',
            '--root',
            '/var/snap/microk8s/common/var/lib/containerd',
            '--state',
            microk8s.state,
            '--address',
            microk8s.address,
          ],
          listens: [{ path: microk8s.address, accepted: 2 }, `${microk8s.address}.ttrpc`],
        }),
        criPod({
          name: 'calico',
          pid: 2000,
          argv: ['runsvdir', '-P', '/etc/service/enabled'],
          shim: {
            place: microk8s,
            program: '/snap/microk8s/6089/bin/containerd-shim-runc-v2',
            process: { cgroup: '/system.slice/snap.microk8s.daemon-containerd.service' },
          },
        }),
      ),
    ],
  },
  {
    name: 'talos',
    story: `Constructed: Talos, from the process list of siderolabs/talos#3950: a containerd of its own at
/system/run/containerd/containerd.sock whose shims have words as ids (\`-namespace system -id etcd\`), a second one for
Kubernetes, and kubelet, which runs in a container and works for the node.
Verdicts: none`,
    moments: [
      joined(
        alone(
          { pid: 1, ppid: 0, argv: ['/sbin/init'], comm: 'init', exe: '/sbin/init', cgroup: '/init', threads: 15 },
          {
            pid: 600,
            argv: [
              '/bin/containerd',
              '--address',
              talosSystem.address,
              '--state',
              talosSystem.state,
              '--root',
              '/system/var/lib/containerd',
            ],
            cgroup: '/system/runtime',
            threads: 14,
            listens: [{ path: talosSystem.address, accepted: 1 }, `${talosSystem.address}.ttrpc`],
          },
          {
            pid: 800,
            argv: [
              '/bin/containerd',
              '--address',
              '/run/containerd/containerd.sock',
              '--config',
              '/etc/cri/containerd.toml',
            ],
            cgroup: '/podruntime/runtime',
            threads: 15,
            listens: [
              { path: '/run/containerd/containerd.sock', accepted: 3 },
              '/run/containerd/containerd.sock.ttrpc',
            ],
          },
        ),
        talosService('apid', 1000, ['/apid']),
        talosService('etcd', 1100, ['/usr/local/bin/etcd', '--data-dir=/var/lib/etcd']),
        shimV2({
          pid: 1200,
          id: 'kubelet',
          namespace: 'system',
          program: '/bin/containerd-shim-runc-v2',
          place: talosSystem,
          containers: [
            {
              id: 'kubelet',
              pid: 1220,
              argv: ['/usr/local/bin/kubelet', '--container-runtime-endpoint=unix:///run/containerd/containerd.sock'],
              cgroup: '/podruntime/kubelet',
              listens: ['/var/lib/kubelet/device-plugins/kubelet.sock'],
            },
          ],
          process: { cgroup: '/init' },
        }),
        criPod({
          name: 'kube-apiserver',
          pid: 2000,
          argv: ['kube-apiserver'],
          shim: { program: '/bin/containerd-shim-runc-v2', process: { cgroup: '/init' } },
        }),
      ),
    ],
  },
  {
    name: 'bottlerocket',
    story: `Constructed: Bottlerocket's two containerds, one for the host's own containers (admin, control) and one for
Kubernetes. bottlerocket-os/bottlerocket packages/containerd, packages/host-ctr
Verdicts: none`,
    moments: [
      joined(
        service({
          pid: 600,
          name: 'host-containerd',
          argv: ['/usr/bin/containerd', '--config', '/etc/host-containerd/config.toml'],
          listens: [{ path: bottlerocketHost.address, accepted: 2 }, `${bottlerocketHost.address}.ttrpc`],
        }),
        service({
          pid: 640,
          name: 'host-containers@control',
          argv: [
            '/usr/bin/host-ctr',
            'run',
            '--container-id=control',
            '--source=public.ecr.aws/bottlerocket/bottlerocket-control:v0.7.1',
          ],
        }),
        containerd(700, { argv: ['/usr/bin/containerd'] }),
        kubelet(760, [
          '--cloud-provider=external',
          '--container-runtime-endpoint=unix:///run/containerd/containerd.sock',
        ]),
        shimV2({
          pid: 1000,
          id: 'control',
          namespace: 'default',
          place: bottlerocketHost,
          containers: [
            { id: 'control', pid: 1020, argv: ['/usr/sbin/start_control_ssm.sh'], cgroup: '/default/control' },
          ],
          process: { cgroup: '/system.slice/host-containerd.service' },
        }),
        criPod({
          name: 'aws-node',
          pid: 2000,
          argv: ['/app/aws-vpc-cni'],
          shim: { process: { cgroup: '/runtime.slice/containerd.service' } },
        }),
      ),
    ],
  },
]

function talosService(id: string, pid: number, argv: readonly string[]): Part {
  return shimV2({
    pid,
    id,
    namespace: 'system',
    program: '/bin/containerd-shim-runc-v2',
    place: talosSystem,
    containers: [{ id, pid: pid + 20, argv, cgroup: `/system/${id}` }],
    process: { cgroup: '/init' },
  })
}
