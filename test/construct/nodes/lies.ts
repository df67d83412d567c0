import type { Constructed } from '../node.ts'
import { alone, containerd, criPod, idOf, joined, kubelet, type Part, shimSocket, shimV2, uidOf } from '../parts.ts'

const leaked = idOf('leaked sandbox')
const task = '/run/containerd/io.containerd.runtime.v2.task/k8s.io'
const address = '/run/containerd/containerd.sock'
const tenantCgroup = `/kubepods/burstable/pod${uidOf('tenant')}/${idOf('tenant app')}`
const inTenant = { cgroup: tenantCgroup, netns: 'pod tenant', mntns: 'of 2050' }

/** A real shim of which containerd has let go: whatever a tenant does, it is to be found. */
const realLeak: Part = alone({
  pid: 1500,
  argv: ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'k8s.io', '-id', leaked, '-address', address],
  cwd: `${task}/.${leaked} (deleted)`,
  threads: 10,
  cgroup: '/system.slice/containerd.service',
  listens: [shimSocket(address, 'k8s.io', leaked)],
})

const node: Part = joined(
  containerd(700),
  kubelet(760, ['--container-runtime-endpoint=unix:///run/containerd/containerd.sock'], {
    listens: ['/var/lib/kubelet/pod-resources/kubelet.sock'],
  }),
  criPod({
    name: 'tenant',
    pid: 2000,
    argv: ['/bin/sh', '/lies'],
    shim: { process: { cgroup: '/system.slice/containerd.service' } },
  }),
)

const shimArgv = (id: string) => [
  '/usr/bin/containerd-shim-runc-v2',
  '-namespace',
  'k8s.io',
  '-id',
  id,
  '-address',
  address,
]

export const nodes: readonly Constructed[] = [
  {
    name: 'lies-of-a-tenant',
    story: `Constructed: a container whose processes call themselves what a node runs: shims of every generation (one with the
id of a real one, one in a bundle that seems deleted, one that is a copy of the program), containerd, runc and its
stages, and a zombie shim. Forms: prctl(2) PR_SET_NAME, execve(2) with any argv[0]. Only the real shim that
containerd has let go of is at fault.
Verdicts: shim-leaked`,
    moments: [
      joined(
        node,
        realLeak,
        alone(
          {
            pid: 2060,
            ppid: 2050,
            argv: shimArgv('evil'),
            comm: 'containerd-shim',
            exe: '/bin/busybox',
            cwd: `${task}/.evil (deleted)`,
            ...inTenant,
          },
          {
            pid: 2061,
            ppid: 2050,
            argv: shimArgv(leaked),
            exe: '/usr/bin/containerd-shim-runc-v2',
            cwd: `${task}/.${leaked} (deleted)`,
            ...inTenant,
          },
          { pid: 2062, ppid: 2050, argv: ['/opt/containerd'], exe: '/opt/containerd', ...inTenant },
          { pid: 2063, ppid: 2050, argv: ['containerd'], exe: '/bin/busybox', ...inTenant },
          {
            pid: 2064,
            ppid: 2050,
            argv: ['containerd-shim', '-namespace', 'moby', '-workdir', '/x/moby/abc', '-address', address],
            exe: '/opt/containerd-shim',
            cwd: '/x/moby/abc',
            ...inTenant,
          },
          {
            pid: 2065,
            ppid: 2050,
            argv: ['containerd-shim', 'abc', '/x/abc', 'runc'],
            exe: '/opt/containerd-shim',
            cwd: '/x/abc/init',
            ...inTenant,
          },
          { pid: 2066, ppid: 2064, argv: [], comm: 'containerd-shim', state: 'Z', ...inTenant },
          {
            pid: 2067,
            ppid: 2050,
            argv: ['runc', 'init'],
            comm: 'runc:[2:INIT]',
            exe: '/opt/runc',
            state: 'S',
            ageSeconds: 5_000,
            ...inTenant,
          },
          {
            pid: 2068,
            ppid: 2050,
            argv: ['runc', '--root', '/run/runc', 'create', '--bundle', '/x', 'abc'],
            exe: '/opt/runc',
            ageSeconds: 5_000,
            ...inTenant,
          },
          {
            pid: 2069,
            ppid: 2050,
            argv: [...shimArgv('evil').slice(0, -1), address, 'delete'],
            exe: '/opt/containerd-shim-runc-v2',
            ageSeconds: 5_000,
            ...inTenant,
          },
          { pid: 2070, ppid: 2050, argv: ['kubelet'], exe: '/bin/busybox', ...inTenant },
        ),
      ),
    ],
  },
  {
    name: 'lies-of-a-tenant-with-a-daemon',
    story: `Constructed: a container that runs a copy of containerd which listens, as Docker in Docker does, and beside it
programs with the names of shims that do nothing that a shim does: they listen nowhere and keep nothing. They stay
what they are, and the daemon is one of its container's and answers for nobody outside of it.
Verdicts: shim-leaked`,
    moments: [
      joined(
        node,
        realLeak,
        alone(
          {
            pid: 2062,
            ppid: 2050,
            argv: ['/opt/containerd'],
            exe: '/opt/containerd',
            listens: [address, `${address}.ttrpc`],
            ...inTenant,
          },
          {
            pid: 2064,
            ppid: 2050,
            argv: shimArgv(leaked),
            exe: '/opt/containerd-shim-runc-v2',
            cwd: `${task}/.${leaked} (deleted)`,
            ...inTenant,
          },
          {
            pid: 2065,
            ppid: 2050,
            argv: shimArgv('idle'),
            exe: '/opt/containerd-shim-runc-v2',
            cwd: `${task}/idle`,
            ...inTenant,
          },
        ),
      ),
    ],
  },
  {
    name: 'lies-without-a-namespace',
    story: `Constructed: a container without a pid namespace of its own (hostPID), whose processes are children of its shim's
child like everybody's, one of them orphaned to init, with cgroups that it made below its own and named after
containers and pods.
Verdicts: none`,
    moments: [
      joined(
        containerd(700),
        shimV2({
          pid: 2000,
          id: 'tenant',
          namespace: 'default',
          containers: [{ id: 'tenant', pid: 2050, argv: ['/lies'], cgroup: '/default/tenant', innerPids: [] }],
          process: { cgroup: '/system.slice/containerd.service' },
        }),
        alone(
          { pid: 2060, ppid: 2050, argv: ['sleep', '1'], cgroup: `/default/tenant/docker/${idOf('x')}` },
          {
            pid: 2061,
            ppid: 1,
            argv: ['sleep', '1'],
            cgroup: `/default/tenant/kubepods/pod${uidOf('x')}/${idOf('y')}`,
          },
          {
            pid: 2062,
            ppid: 1,
            argv: shimArgv('evil'),
            exe: '/opt/containerd-shim-runc-v2',
            cwd: `${task}/.evil (deleted)`,
            cgroup: '/default/tenant',
            mntns: 'of tenant',
          },
          {
            pid: 2063,
            ppid: 1,
            argv: ['containerd'],
            exe: '/opt/containerd',
            cgroup: '/default/tenant/a',
            mntns: 'of tenant',
          },
        ),
      ),
    ],
  },
]
