import { address, bundlePath, kubernetes, podBundle, podCgroup, type PodNames, shimSocket } from '../containerd-node.ts'
import type { Constructed, NodeDescription, ProcessDescription } from '../node.ts'

const pod: PodNames = {
  sandboxId: 'f696fbe1040067c976aebdb53365d79cb4d5e075b98dc28155f44c6a9320d415',
  uid: '29aefbfb-0eea-47a1-8629-bafc92474f77',
  name: 'web',
}
const id = pod.sandboxId
const app = '5d1a46292af1c6a94d0523fd6989b3b2e89c4cb71fdc8f6f1f03dbe7a86ceed9'

/** `mntns`: the shim unshares it in `start` (setupMntNs), and sees in it what the node does. */
const ofShim = { pid: 381790, mntns: 'of the shim', threads: 14, ageSeconds: 7_200, cwd: bundlePath(id) }

const goArgv = (program = '/opt/kata/bin/containerd-shim-kata-v2') => [
  program,
  ...['-namespace', 'k8s.io', '-address', address, '-publish-binary', '/usr/bin/containerd', '-id', id],
]

const goShim = (more: Partial<ProcessDescription> = {}): ProcessDescription => ({
  ...ofShim,
  argv: goArgv(),
  cgroup: `/kata_overhead/${id}`,
  listens: [shimSocket(id, 2)],
  ...more,
})

/** Its socket's name is in capitals. src/runtime-rs/crates/shim/src/shim.rs, socket_address */
const rustSocket = { path: shimSocket(id, 2).path.replace(/[0-9a-f]{64}$/, (hash) => hash.toUpperCase()), accepted: 2 }

const rustShim = (more: Partial<ProcessDescription> = {}): ProcessDescription => ({
  ...ofShim,
  argv: [
    '/opt/kata/runtime-rs/bin/containerd-shim-kata-v2',
    ...['-id', id, '-namespace', 'k8s.io', '-address', address, '-publish-binary', '/usr/bin/containerd'],
  ],
  cgroup: podCgroup(pod, id),
  threads: 31,
  rssKilobytes: 214_000,
  listens: [rustSocket],
  ...more,
})

const qemuArgv = (program: string, run: string) => [
  program,
  ...['-name', `sandbox-${id},debug-threads=on`, '-uuid', '5a34aed5-83d6-4bce-b7b0-7ec8534ecdba'],
  ...['-machine', 'q35,accel=kvm', '-cpu', 'host,pmu=off', '-m', '2048M,slots=10,maxmem=129191M'],
  ...['-qmp', `unix:${run}/${id}/qmp.sock,server=on,wait=off`],
]

const qemu = (more: Partial<ProcessDescription> = {}): ProcessDescription => ({
  pid: 381807,
  ppid: 381790,
  argv: qemuArgv('/opt/kata/bin/qemu-system-x86_64', '/run/vc/vm'),
  cgroup: podCgroup(pod, id),
  threads: 5,
  rssKilobytes: 340_000,
  listens: [`/run/vc/vm/${id}/qmp.sock`],
  netns: 'of the pod',
  ...more,
})

const sharedDirectory = `/run/kata-containers/shared/sandboxes/${id}/shared`

/** virtiofsd in Rust forks once, to leave the mount namespace; both show the same command line. */
const virtiofsd = (more: Partial<ProcessDescription> = {}): ProcessDescription[] => {
  const argv = ['/opt/kata/libexec/virtiofsd', '--syslog', '--cache=auto', `--shared-dir=${sharedDirectory}`, '--fd=3']
  return [
    { pid: 381801, ppid: 381790, argv, mntns: 'of the shim', cgroup: `/kata_overhead/${id}`, threads: 2, ...more },
    { pid: 381803, ppid: 381801, argv, mntns: 'of virtiofsd', cgroup: `/kata_overhead/${id}`, threads: 8 },
  ]
}

const machineDirectory = { [`/run/vc/vm/${id}/console.sock.lock`]: '' }

/** kata writes no init.pid: the pids of the containers are the guest's. */
const bundles = [podBundle(pod, { id }), podBundle(pod, { id: app, name: 'app' })]

const node = (processes: readonly ProcessDescription[], more: Partial<NodeDescription> = {}): NodeDescription => ({
  processes: [...kubernetes(), ...processes],
  bundles,
  mountCopies: { 'of the shim': 'node' },
  files: machineDirectory,
  ...more,
})

const sources = `src/runtime/pkg/containerd-shim-v2/service.go (newCommand, setupMntNs, StartShim) and virtcontainers/{qemu,virtiofsd}.go
of kata-containers`

export const nodes: readonly Constructed[] = [
  {
    name: 'kata-qemu',
    story: `Constructed: a pod of Kata Containers 3 with QEMU, from ${sources}.
The shim is in a mount namespace of its own and in /kata_overhead; QEMU is its child, in the pod's cgroup; virtiofsd has
forked itself. The containers are in the guest: no pid of theirs is here.
Verdicts: none`,
    moments: [node([goShim(), ...virtiofsd(), qemu()])],
  },
  {
    name: 'kata-qemu-daemonized',
    story: `Constructed: the process list of kata-containers/kata-containers#1448 (Kata 2.0, ps -ef: shim 381790, its child
virtiofsd 381801, and QEMU 381807 with parent 1), with the files that ${sources} write.
QEMU made itself a daemon: it belongs to the shim by its id, not by its parent.
Verdicts: none`,
    moments: [
      node([
        goShim({ argv: goArgv('/data00/kata/bin/containerd-shim-kata-v2') }),
        {
          pid: 381801,
          ppid: 381790,
          argv: [
            '/opt/kata/bin/virtiofsd-dax',
            ...['--fd=3', '-o', `source=${sharedDirectory}`, '-o', 'cache=auto', '--syslog', '-o', 'no_posix_lock'],
            ...['-f', '--thread-pool-size=4'],
          ],
          mntns: 'of the shim',
          cgroup: `/kata_overhead/${id}`,
          threads: 5,
        },
        qemu({
          ppid: 1,
          ageSeconds: 7_199,
          argv: qemuArgv('/data00/kata/bin/qemu-virtiofs-system-x86_64', '/run/vc/vm'),
        }),
      ]),
    ],
  },
  {
    name: 'kata-cloud-hypervisor',
    story: `Constructed: a pod of Kata Containers 3 with Cloud Hypervisor, from virtcontainers/clh.go (launchClh, apiSocketPath) and
${sources}. On a node of cgroup v1.
Verdicts: none`,
    moments: [
      node(
        [
          goShim(),
          ...virtiofsd(),
          {
            pid: 381811,
            ppid: 381790,
            argv: ['/opt/kata/bin/cloud-hypervisor', '--api-socket', `/run/vc/vm/${id}/clh-api.sock`],
            cgroup: podCgroup(pod, id),
            threads: 9,
            netns: 'of the pod',
            listens: [`/run/vc/vm/${id}/clh-api.sock`],
          },
        ],
        { cgroups: 'v1' },
      ),
    ],
  },
  {
    name: 'kata-firecracker',
    story: `Constructed: a pod of Kata Containers 3 with Firecracker in its jailer, from virtcontainers/fc.go (truncateID: the id is
cut to 32 digits; fcInit: --daemonize) and firecracker docs/jailer.md. It is a child of init in a root of its own.
Verdicts: none`,
    moments: [
      node([
        goShim(),
        {
          pid: 381815,
          argv: [
            'firecracker',
            ...[`--id=${id.slice(0, 32)}`, '--start-time-us=8640000000', '--start-time-cpu-us=1021'],
            ...['--parent-cpu-time-us=4311', '--config-file', 'fcConfig.json'],
          ],
          exe: '/firecracker',
          cgroup: podCgroup(pod, id),
          mntns: 'of the jail',
          netns: 'of the pod',
          threads: 4,
          ageSeconds: 7_199,
        },
      ]),
    ],
  },
  {
    name: 'kata-dragonball',
    story: `Constructed: a pod of Kata Containers 3 with runtime-rs and its own monitor Dragonball, from
src/runtime-rs/crates/shim/src/{shim_start,shim}.rs, crates/hypervisor/src/dragonball and crates/resource/src/cgroups (with
Dragonball always sandbox_cgroup_only). The machine is threads of the shim: a shim without any child, and healthy.
Verdicts: none`,
    moments: [node([rustShim()], { files: {} })],
  },
  {
    name: 'kata-runtime-rs-qemu',
    story: `Constructed: a pod of Kata Containers 4 with runtime-rs and QEMU, from
src/runtime-rs/crates/hypervisor/src/qemu/{inner,cmdline_generator}.rs and
crates/resource/src/share_fs/share_virtio_fs_standalone.rs (virtiofsd_args).
Verdicts: none`,
    moments: [
      node(
        [
          rustShim({ cgroup: `/kata_overhead/kata_sandboxed_pod/${id}`, threads: 9, rssKilobytes: 31_000 }),
          {
            pid: 381802,
            ppid: 381790,
            argv: [
              '/opt/kata/libexec/virtiofsd',
              ...['--socket-path', `/run/kata/${id}/root/virtiofsd.sock`],
              ...['--shared-dir', `/run/kata-containers/shared/sandboxes/${id}/ro`, '--cache', 'auto'],
              ...['--sandbox', 'none', '--seccomp', 'none', '--thread-pool-size=1'],
            ],
            mntns: 'of the shim',
          },
          qemu({ argv: qemuArgv('/opt/kata/bin/qemu-system-x86_64', '/run/kata'), listens: [] }),
        ],
        { files: {} },
      ),
    ],
  },
  {
    name: 'kata-remote-hypervisor',
    story: `Constructed: a pod of Kata Containers with the \`remote\` hypervisor (virtcontainers/remote.go): the machine is on another
host, made by cloud-api-adaptor. A shim in Go, hours old, without any machine here; it never made /run/vc/vm/<id>.
Verdicts: none`,
    moments: [node([goShim()], { files: {} })],
  },
  {
    name: 'kata-containerd-starting',
    story: `Constructed: containerd is back since two seconds and does not listen yet; a pod of Kata with QEMU waits for it. Its shim
is in a mount namespace of its own (setupMntNs), and containerd is its daemon all the same.
Verdicts: none`,
    moments: [
      node([goShim({ listens: [shimSocket(id, 0)] }), ...virtiofsd(), qemu()]).processes.map((process) =>
        process.pid === 1011 ? { ...process, ageSeconds: 2, listens: [] } : process,
      ),
    ].map((processes) => ({ ...node([]), processes })),
  },
  {
    name: 'vm-leftover-machine',
    story: `Constructed: the shim of a Kata pod was killed, QEMU and virtiofsd run on under init, as in
kata-containers/kata-containers#2198 and kata-containers/runtime#366; the daemon has cleaned the bundles up.
The forms are those of ${sources}.
Verdicts: vm-leftover`,
    moments: [
      node(
        [...virtiofsd({ ppid: 1, ageSeconds: 7_200, mntns: 'of nobody else' }), qemu({ ppid: 1, ageSeconds: 7_199 })],
        {
          bundles: [],
        },
      ),
    ],
  },
  {
    name: 'vm-leftover-shim',
    story: `Constructed: QEMU has exited and the shim has not noticed, as in kata-containers/kata-containers#1945 and
kata-containers/runtime#1480: containerd still holds both containers, /run/vc/vm/<id> is still there.
The forms are those of ${sources}.
Verdicts: vm-leftover`,
    moments: [node([goShim()])],
  },
  {
    name: 'vm-leftover-file-server',
    story: `Constructed: as vm-leftover-shim, with the machine's directory removed and its file server still there.
Verdicts: vm-leftover`,
    moments: [node([goShim(), ...virtiofsd()], { files: {} })],
  },
  {
    name: 'vm-leftover-zombie',
    story: `Constructed: runtime-rs started QEMU, could not speak to it, and has not reaped it: the zombie of
kata-containers/kata-containers#13564. Its machine was no part of the shim, so the shim has none.
Verdicts: vm-leftover`,
    moments: [
      node([rustShim(), { pid: 381807, ppid: 381790, argv: [], comm: 'qemu-system-x86', state: 'Z' }], { files: {} }),
    ],
  },
  {
    name: 'vm-leftover-let-go',
    story: `Constructed: containerd was started anew without the pod in its database and deleted the bundle of a runtime-rs shim
(core/runtime/v2/shim_load.go); nobody can tell whether Dragonball still runs the guest in it.
Verdicts: vm-leftover`,
    moments: [
      node([rustShim({ listens: [{ ...rustSocket, accepted: 0 }], cwd: deleted(), cwdDeletedSecondsAgo: 3_600 })], {
        bundles: [],
        files: {},
      }),
    ],
  },
  {
    name: 'kata-abandoned',
    story: `Constructed: containerd was started anew without the pod in its database and deleted the bundles
(core/runtime/v2/shim_load.go); shim, QEMU and virtiofsd run on, and the guest with them.
Verdicts: shim-abandoned`,
    moments: [
      node(
        [goShim({ listens: [shimSocket(id, 0)], cwd: deleted(), cwdDeletedSecondsAgo: 3_600 }), ...virtiofsd(), qemu()],
        { bundles: [] },
      ),
    ],
  },
  {
    name: 'kata-shim-just-exiting',
    story: `Constructed: the shim of a Kata pod has just died and containerd runs \`containerd-shim-kata-v2 … delete\`, which ends
what it left (service.go, Cleanup): QEMU is there without its shim for a moment, and no fault.
Verdicts: none`,
    moments: [
      node([
        qemu({ ppid: 1, ageSeconds: 7_199 }),
        {
          pid: 402110,
          ppid: 1011,
          argv: [...goArgv(), '-bundle', bundlePath(id), 'delete'],
          ageSeconds: 1,
          cwd: bundlePath(id),
          cgroup: '/system.slice/containerd.service',
        },
      ]),
    ],
  },
  {
    name: 'kata-machine-exiting',
    story: `Constructed: the shim has gone, its QEMU has been killed and gives its memory back (PF_EXITING): the end of a pod.
Verdicts: none`,
    moments: [node([qemu({ ppid: 1, ageSeconds: 7_199, exiting: true })], { bundles: [] })],
  },
  {
    name: 'machines-of-others',
    story: `Constructed: QEMU of libvirt, its virtiofsd, Firecracker of a build service, and a QEMU named like Kata's inside of a
tenant's container: none of them is left over, since no shim ever started them.
Verdicts: none`,
    moments: [
      {
        processes: [
          ...kubernetes(),
          {
            pid: 2201,
            argv: [
              '/usr/bin/qemu-system-x86_64',
              '-name',
              'guest=build,debug-threads=on',
              '-S',
              '-machine',
              'pc-q35-7.2',
            ],
            cgroup: '/machine.slice/machine-qemu\\x2d1\\x2dbuild.scope/libvirt/emulator',
            threads: 6,
          },
          {
            pid: 2205,
            argv: ['/usr/libexec/virtiofsd', '--fd=31', '-o', 'source=/srv/share'],
            cgroup: '/machine.slice/machine-qemu\\x2d1\\x2dbuild.scope/libvirt/emulator',
          },
          { pid: 2310, argv: ['/usr/bin/firecracker', '--api-sock', '/srv/ci/17/fc.sock', '--id', 'job-17'] },
          {
            pid: 2401,
            argv: ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'k8s.io', '-id', app, '-address', address],
            cgroup: '/system.slice/containerd.service',
            cwd: bundlePath(app),
            threads: 12,
            session: 1011,
            listens: [shimSocket(app, 1)],
          },
          {
            pid: 2420,
            ppid: 2401,
            argv: ['/bin/sh', '-c', 'qemu'],
            innerPids: [1],
            cgroup: podCgroup(pod, app),
            netns: 'of the pod',
          },
          { pid: 2431, ppid: 2420, argv: qemuArgv('/usr/bin/qemu-system-x86_64', '/run/vc/vm'), listens: [] },
        ],
        bundles: [podBundle({ ...pod, sandboxId: app }, { id: app, initPid: 2420 })],
      },
    ],
  },
]

/** containerd renames a bundle before it removes it. core/runtime/v2/bundle.go, atomicDelete */
function deleted(): string {
  return `${bundlePath(`.${id}`)} (deleted)`
}
