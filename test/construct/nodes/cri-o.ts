import {
  type CrioContainer,
  crioBundle,
  crioConmon,
  crioExecConmon,
  idOf,
  nodeMounts,
  ofRoot,
  storedMounts,
  userdata,
} from '../containers-storage.ts'
import type { Constructed, NodeDescription, ProcessDescription } from '../node.ts'

const shop = { name: 'web-7d4f9', namespace: 'shop', uid: '6972582e-e459-46e2-971b-abaf624e2108' }
const scheduler = { name: 'kube-scheduler-d', namespace: 'kube-system', uid: '767081f8d4a1e549747c8b66d4842b25' }

const sliceOf = ({ uid }: CrioContainer['pod']) =>
  `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`
const scopeOf = ({ pod, id }: CrioContainer) => `${sliceOf(pod)}/crio-${id}.scope`

const container = (pod: CrioContainer['pod'], name: string): CrioContainer => ({
  id: idOf(`${pod.uid} ${name}`),
  sandbox: idOf(`${pod.uid} POD`),
  name,
  pod,
})
const pauseOfShop = container(shop, 'POD')
const app = container(shop, 'app')
const proxy = container(shop, 'proxy')
const logs = container(shop, 'logs')
const staticPod = container(scheduler, 'kube-scheduler')

/** systemd, kubelet and CRI-O under it, and PID 1's mounts. */
const daemons: ProcessDescription[] = [
  {
    pid: 1,
    argv: ['/usr/lib/systemd/systemd', '--switched-root', '--system', '--deserialize=29'],
    cgroup: '/init.scope',
    files: nodeMounts ?? {},
  },
  {
    pid: 1980,
    argv: ['/usr/bin/crio'],
    cgroup: '/system.slice/crio.service',
    ageSeconds: 800_000,
    threads: 14,
    listens: [{ path: '/var/run/crio/crio.sock', accepted: 2 }],
  },
  {
    pid: 2442,
    argv: ['/usr/bin/kubelet', '--container-runtime-endpoint=/var/run/crio/crio.sock', '--cgroup-driver=systemd'],
    cgroup: '/system.slice/kubelet.service',
    ageSeconds: 799_990,
    threads: 19,
    listens: ['/var/lib/kubelet/pod-resources/kubelet.sock'],
  },
]

const conmonOf = (pid: number, kept: CrioContainer, engine?: string): ProcessDescription => ({
  pid,
  argv: crioConmon(kept, engine),
  cgroup: `${sliceOf(kept.pod)}/crio-conmon-${kept.id}.scope`,
  cwd: userdata(ofRoot.run, kept.id),
  ageSeconds: 7_200,
})

/** crun makes a cgroup of its own below the scope, runc does not. crun src/libcrun/cgroup-systemd.c */
const initOf = (pid: number, kept: CrioContainer, ppid: number, below = '/container'): ProcessDescription => ({
  pid,
  ppid,
  argv: [kept.name === 'POD' ? '/pause' : `/${kept.name}`],
  innerPids: [1],
  cgroup: `${scopeOf(kept)}${below}`,
  ageSeconds: 7_199,
  files: storedMounts(kept.id.slice(0, 32), kept.sandbox) ?? {},
})

const runBundle = (kept: CrioContainer, initPid: number) => crioBundle(kept, userdata(ofRoot.run, kept.id), initPid)

const withPause: NodeDescription = {
  processes: [
    ...daemons,
    conmonOf(4100, pauseOfShop, '/usr/bin/runc'),
    initOf(4112, pauseOfShop, 4100, ''),
    conmonOf(4202, app, '/usr/bin/runc'),
    { ...initOf(4220, app, 4202, ''), threads: 6 },
    { pid: 4260, ppid: 4220, argv: ['/app', '--worker'] },
  ],
  bundles: [runBundle(pauseOfShop, 4112), runBundle(app, 4220)],
}

const withoutPause: NodeDescription = {
  processes: [
    ...daemons,
    conmonOf(4202, app),
    initOf(4220, app, 4202),
    conmonOf(4300, proxy),
    initOf(4311, proxy, 4300),
    conmonOf(4400, logs),
    initOf(4412, logs, 4400),
    conmonOf(5202, staticPod),
    initOf(5220, staticPod, 5202),
  ],
  bundles: [runBundle(app, 4220), runBundle(proxy, 4311), runBundle(logs, 4412), runBundle(staticPod, 5220)],
}

const exec = (words: string[]): string[] => ['/usr/bin/crun', '--root=/run/runc', 'exec', ...words, app.id]

const withSessions: NodeDescription = {
  processes: [
    ...daemons,
    conmonOf(4202, app),
    initOf(4220, app, 4202),
    { pid: 8700, ppid: 1980, argv: crioExecConmon(app), ageSeconds: 40 },
    { ...initOf(8711, app, 8700), argv: ['/bin/sh', '-c', 'sleep 300'], innerPids: [31], ageSeconds: 40 },
    {
      pid: 8800,
      ppid: 1980,
      argv: ['/usr/bin/runc', ...exec(['--process', '/tmp/exec-process-1177']).slice(1)],
      ageSeconds: 1_800,
    },
    { ...initOf(8812, app, 8800), argv: ['/bin/bash'], innerPids: [37], ageSeconds: 1_800 },
  ],
  bundles: [runBundle(app, 4220)],
}

const conmonrs: NodeDescription = {
  processes: [
    ...daemons,
    {
      pid: 6100,
      argv: [
        ...['/usr/bin/conmonrs', '--runtime', '/usr/bin/crun', '--runtime-dir', userdata(ofRoot.graph, app.sandbox)],
        ...['--runtime-root', '/run/crun', '--log-level', 'info', '--log-driver', 'systemd'],
      ],
      cgroup: `${sliceOf(shop)}/crio-conmon-${app.sandbox}.scope`,
      ageSeconds: 7_200,
      threads: 5,
    },
    initOf(6112, pauseOfShop, 6100),
    initOf(6220, app, 6100),
    initOf(6311, proxy, 6100),
  ],
  bundles: [pauseOfShop, app, proxy].map((kept) => crioBundle(kept, userdata(ofRoot.graph, kept.id), undefined)),
}

const conmonKilled: NodeDescription = {
  processes: [...daemons, initOf(4220, app, 1), conmonOf(4300, proxy), initOf(4311, proxy, 4300)],
  bundles: [runBundle(app, 4220), runBundle(proxy, 4311)],
}

/** In the node's pid namespace nobody takes the rest with the init: `hostPID: true`, or a runtime that kills but one. */
const leftBehind: NodeDescription = {
  processes: [
    ...daemons,
    {
      pid: 4270,
      argv: ['/usr/bin/collector', '--daemon'],
      cgroup: scopeOf(app),
      ageSeconds: 7_100,
      files: storedMounts('4fa1', app.sandbox) ?? {},
    },
    conmonOf(4300, proxy),
    initOf(4311, proxy, 4300),
  ],
  bundles: [runBundle(proxy, 4311)],
}

const pretended: NodeDescription = {
  processes: [
    ...daemons,
    conmonOf(4202, app),
    { ...initOf(4220, app, 4202), argv: ['/bin/sh'] },
    {
      pid: 4261,
      ppid: 4220,
      argv: crioConmon(proxy),
      cwd: '/tmp',
    },
    { pid: 4262, ppid: 4261, argv: ['/usr/bin/crio'] },
    conmonOf(4300, proxy),
    initOf(4311, proxy, 4300),
  ],
  bundles: [runBundle(app, 4220), runBundle(proxy, 4311)],
}

const form =
  'cri-o internal/oci/runtime_oci.go, internal/factory/container and the process list in cri-o/cri-o#6189 (the words of\nconmon’s command line, its cgroup crio-conmon-<id>.scope, its bundle in /run/containers/storage)'

export const nodes: readonly Constructed[] = [
  {
    name: 'cri-o-with-pause',
    story: `Constructed: ${form}.
CRI-O with drop_infra_ctr = false and runc: a pod has a pause container, and every container a conmon that init adopted.
Verdicts: none`,
    moments: [withPause],
  },
  {
    name: 'cri-o-without-pause',
    story: `Constructed: ${form}.
CRI-O as it comes (drop_infra_ctr = true, crun): no pause anywhere. A pod of three containers is three conmons, and
nothing but their pod's name joins them; a static pod is beside it, whose uid has no dashes.
Verdicts: none`,
    moments: [withoutPause],
  },
  {
    name: 'cri-o-exec-sessions',
    story: `Constructed: ${form}, ExecSyncContainer and ExecContainer there.
A probe has run for 40 s under a conmon of its own, a child of CRI-O without a bundle; \`kubectl exec -it\` for half an hour
under a \`runc exec\` in the foreground, which lasts as long as the session and hangs no more than people do.
Verdicts: none`,
    moments: [withSessions],
  },
  {
    name: 'cri-o-conmonrs',
    story: `Constructed: conmon-rs pkg/client/client.go (toArgs), cri-o internal/oci/runtime_pod.go, cri-o/cri-o#8272.
CRI-O with runtime_type = "pod": one conmonrs keeps the sandbox and both containers of a pod, and names only the sandbox.
Verdicts: none`,
    moments: [conmonrs],
  },
  {
    name: 'cri-o-conmon-killed',
    story: `Constructed: ${form}; what is left when conmon is killed: cri-o/cri-o#3042, cri-o/cri-o#6295.
The conmon of one container was killed. The container runs on under init, CRI-O will not learn how it ends, and what the
pod's files say is still there. The pod's other container is kept as before.
Verdicts: container-shimless`,
    moments: [conmonKilled],
  },
  {
    name: 'cri-o-leftover-of-killed-container',
    story: `Constructed: ${form}; processes that outlive their container: cri-o/cri-o#9263, kubernetes/kubernetes#123766.
A container in the node's pid namespace was killed, its conmon ended with it, and a daemon that it had started was left in
the container's cgroup, adopted by init.
Verdicts: container-shimless`,
    moments: [leftBehind],
  },
  {
    name: 'cri-o-pretended-by-a-tenant',
    story: `Constructed: ${form}, the same words written by somebody inside a container.
A tenant's program calls itself conmon with another container's id and bundle, and another calls itself crio. They are
programs in a container, and the container that is meant is kept by the conmon that keeps it.
Verdicts: none`,
    moments: [pretended],
  },
]
