import {
  idOf,
  nodeMounts,
  ofRoot,
  ofUser1000,
  podmanBundle,
  podmanConmon,
  storedMounts,
  userdata,
} from '../containers-storage.ts'
import type { Constructed, NodeDescription, ProcessDescription } from '../node.ts'

const web = idOf('podman web')
const db = idOf('podman db')
const unit = idOf('podman unit')
const infra = idOf('podman infra')
const pod = idOf('podman pod')

const systemd: ProcessDescription = {
  pid: 1,
  argv: ['/usr/lib/systemd/systemd', '--switched-root', '--system'],
  cgroup: '/init.scope',
  files: nodeMounts ?? {},
}

const machineScope = (id: string, parent = '/machine.slice') => `${parent}/libpod-${id}.scope`
const conmonScope = (id: string, parent = '/machine.slice') => `${parent}/libpod-conmon-${id}.scope`

/** crun's container is one cgroup below its scope. crun src/libcrun/cgroup-systemd.c */
const initOf = (pid: number, ppid: number, id: string, scope: string): ProcessDescription => ({
  pid,
  ppid,
  argv: ['/app'],
  innerPids: [1],
  cgroup: `${scope}/container`,
  ageSeconds: 3_599,
  files: storedMounts(id.slice(0, 32), id) ?? {},
})

const conmonOf = (pid: number, id: string, name: string, cgroup: string): ProcessDescription => ({
  pid,
  argv: podmanConmon(id, name),
  cgroup,
  // Wherever podman was called.
  cwd: '/root/deployment',
  ageSeconds: 3_600,
})

const podSlice = `/machine.slice/machine-libpod_pod_${pod}.slice`

const rootful: NodeDescription = {
  processes: [
    systemd,
    {
      pid: 1827,
      argv: ['/usr/bin/podman', '--log-level=info', 'system', 'service'],
      cgroup: '/system.slice/podman.service',
      threads: 12,
      listens: ['/run/podman/podman.sock'],
    },
    conmonOf(2037, web, 'web', conmonScope(web)),
    initOf(2041, 2037, web, machineScope(web)),
    conmonOf(2100, infra, `${pod.slice(0, 12)}-infra`, conmonScope(infra, podSlice)),
    { ...initOf(2104, 2100, infra, machineScope(infra, podSlice)), argv: ['/catatonit', '-P'] },
    conmonOf(2200, db, 'db', conmonScope(db, podSlice)),
    initOf(2204, 2200, db, machineScope(db, podSlice)),
    // `podman run --cgroups=split` in a unit of its own, as podman-systemd.unit(5) writes them.
    {
      ...conmonOf(2300, unit, 'systemd-cache', '/system.slice/cache.service/runtime'),
      argv: podmanConmon(unit, 'systemd-cache', ofRoot, []),
    },
    { ...initOf(2304, 2300, unit, ''), cgroup: `/system.slice/cache.service/libpod-payload-${unit}` },
    // A RUN step of a Containerfile: its files are in containers/storage too, and buildah keeps it itself.
    {
      pid: 2500,
      argv: ['/usr/bin/podman', 'build', '.'],
      cgroup: '/user.slice/user-0.slice/session-4.scope',
      threads: 14,
    },
    { pid: 2550, ppid: 2500, argv: ['buildah-oci-runtime'], exe: '/usr/bin/podman', threads: 9 },
    {
      ...initOf(2570, 2550, idOf('a build'), ''),
      argv: ['/bin/sh', '-c', 'make all'],
      cgroup: '/machine.slice/buildah-buildah1620154378.scope/container',
    },
  ],
  bundles: [web, infra, db, unit].map((id) => podmanBundle(id)),
  files: Object.fromEntries(
    [
      [web, 2041],
      [infra, 2104],
      [db, 2204],
      [unit, 2304],
    ].map(([id, pid]) => [`${userdata(ofRoot.run, String(id))}/pidfile`, String(pid)]),
  ),
}

const userSlice = '/user.slice/user-1000.slice/user@1000.service'
const inUserSlice = `${userSlice}/user.slice`

/** podman keeps a user namespace and a mount namespace open for its user, in which everything of it runs. */
const rootlessMounts = { mntns: 'of alice' }

const rootless: NodeDescription = {
  processes: [
    systemd,
    { pid: 1400, argv: ['/usr/lib/systemd/systemd', '--user'], cgroup: `${userSlice}/init.scope` },
    {
      pid: 1500,
      argv: ['catatonit', '-P'],
      exe: '/usr/bin/catatonit',
      cgroup: `${inUserSlice}/podman-pause-9141885347830502205.scope`,
      ...rootlessMounts,
    },
    {
      pid: 1600,
      ppid: 1400,
      argv: podmanConmon(web, 'web', ofUser1000),
      cgroup: conmonScope(web, inUserSlice),
      cwd: '/home/1000/shop',
      ageSeconds: 3_600,
      ...rootlessMounts,
    },
    { ...initOf(1604, 1600, web, machineScope(web, inUserSlice)), files: storedMounts('4fa1', web, ofUser1000) ?? {} },
    {
      pid: 1605,
      ppid: 1400,
      argv: ['/usr/bin/slirp4netns', '--disable-host-loopback', '--mtu=65520', '-c', '-e', '3', '-r', '4', 'tap0'],
      cgroup: `${inUserSlice}/rootless-netns-5a0d3c11.scope`,
    },
    // A user's unit with --cgroups=split.
    {
      pid: 1700,
      ppid: 1400,
      argv: podmanConmon(unit, 'systemd-cache', ofUser1000, []),
      cgroup: `${userSlice}/app.slice/cache.service/runtime`,
      ageSeconds: 3_600,
      ...rootlessMounts,
    },
    {
      ...initOf(1704, 1700, unit, ''),
      cgroup: `${userSlice}/app.slice/cache.service/libpod-payload-${unit}`,
      files: storedMounts('4fa2', unit, ofUser1000) ?? {},
    },
  ],
  bundles: [podmanBundle(web, ofUser1000, 'of alice'), podmanBundle(unit, ofUser1000, 'of alice')],
}

const cleaningUp: NodeDescription = {
  processes: [
    systemd,
    conmonOf(2037, web, 'web', conmonScope(web)),
    {
      pid: 2390,
      ppid: 2037,
      argv: ['/usr/bin/podman', '--root', ofRoot.graph, '--runroot', ofRoot.run, 'container', 'cleanup', web],
      threads: 11,
      ageSeconds: 45,
    },
    conmonOf(2200, db, 'db', conmonScope(db)),
    initOf(2204, 2200, db, machineScope(db)),
  ],
  bundles: [podmanBundle(web), podmanBundle(db)],
  files: {
    [`${userdata(ofRoot.run, web)}/pidfile`]: '2041',
    [`${userdata(ofRoot.run, db)}/pidfile`]: '2204',
  },
}

const outer = idOf('docker pinp')
const containerdAddress = '/run/containerd/containerd.sock'
const taskBundle = `/run/containerd/io.containerd.runtime.v2.task/moby/${outer}`
const outerScope = `/system.slice/docker-${outer}.scope`

const inDocker: NodeDescription = {
  processes: [
    systemd,
    {
      pid: 800,
      argv: ['/usr/bin/containerd'],
      cgroup: '/system.slice/containerd.service',
      threads: 10,
      listens: [containerdAddress],
    },
    {
      pid: 900,
      argv: ['/usr/bin/dockerd', '-H', 'fd://', `--containerd=${containerdAddress}`],
      cgroup: '/system.slice/docker.service',
      threads: 12,
      listens: ['/run/docker.sock'],
    },
    {
      pid: 3000,
      argv: ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', outer, '-address', containerdAddress],
      cgroup: '/system.slice/containerd.service',
      cwd: taskBundle,
      threads: 11,
      listens: [{ path: `/run/containerd/s/${idOf(`${containerdAddress}/moby/${outer}`)}`, accepted: 1 }],
    },
    {
      pid: 3020,
      ppid: 3000,
      argv: ['podman', 'system', 'service', '--time=0', 'tcp://localhost:2376'],
      exe: '/usr/bin/podman',
      innerPids: [1],
      netns: 'of the outer container',
      cgroup: outerScope,
      threads: 12,
    },
    ...[3100, 3150, 3200].map(
      (pid): ProcessDescription => ({ pid, ppid: 3020, argv: [], comm: 'conmon', state: 'Z', cgroup: outerScope }),
    ),
    {
      pid: 3300,
      ppid: 3020,
      argv: podmanConmon(db, 'db', ofRoot, []),
      cgroup: `${outerScope}/libpod_parent/conmon`,
      ageSeconds: 600,
    },
    {
      pid: 3304,
      ppid: 3300,
      argv: ['/app'],
      innerPids: [285, 1],
      mntns: 'of the inner container',
      pidns: 'of the inner container',
      cgroup: `${outerScope}/libpod_parent/libpod-${db}`,
      ageSeconds: 599,
    },
  ],
  bundles: [
    {
      path: taskBundle,
      initPid: 3020,
      config: { args: ['podman', 'system', 'service'], cgroupsPath: `system.slice:docker:${outer}` },
    },
    podmanBundle(db, ofRoot, 'of 3020'),
  ],
}

const form = 'podman libpod/oci_conmon_common.go and libpod/container_internal_linux.go'

export const nodes: readonly Constructed[] = [
  {
    name: 'podman-with-systemd',
    story: `Constructed: ${form}; the list in
podman-container-tools/podman#17666 (conmon beside \`podman system service\`); podman-systemd.unit(5).
Rootful podman with systemd and crun: a container in machine.slice, a pod of two, one below a unit with --cgroups=split,
and a RUN step of \`podman build\`, which never has a conmon.
Verdicts: none`,
    moments: [rootful],
  },
  {
    name: 'podman-rootless',
    story: `Constructed: ${form}; the list in
podman-container-tools/podman#10003; pkg/rootless and common/pkg/systemd for catatonit, slirp4netns and their scopes.
podman of an ordinary user: conmon is a child of \`systemd --user\`, the bundle is in the user's home and mount namespace,
cgroups are below user@1000.service.
Verdicts: none`,
    moments: [rootless],
  },
  {
    name: 'podman-cleaning-up',
    story: `Constructed: ${form}; conmon src/ctr_exit.c (do_exit_command).
A container has just exited, and its conmon waits for \`podman container cleanup\`: no child but that one, and no fault.
Verdicts: none`,
    moments: [cleaningUp],
  },
  {
    name: 'podman-in-docker-zombies',
    story: `Constructed: ${form}; podman-container-tools/podman#16431 and
podman-container-tools/podman#19909 (\`podman system service\` as process 1 of a container, and zombies under it).
Three containers that it ran have ended: three zombies that were conmons. A fourth runs, kept by a conmon in there.
Verdicts: shim-zombie`,
    moments: [inDocker],
  },
]
