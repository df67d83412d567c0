import { createHash } from 'node:crypto'
import type { BundleDescription, ProcessDescription } from './node.ts'

/** An id as engines make them, always the same for the same words. */
export const idOf = (words: string): string => createHash('sha256').update(words).digest('hex')

/** Where containers/storage keeps what belongs to a container: state that survives a reboot, and state that does not. */
export interface Storage {
  readonly graph: string
  readonly run: string
}
export const ofRoot: Storage = { graph: '/var/lib/containers/storage', run: '/run/containers/storage' }
export const ofUser1000: Storage = {
  graph: '/home/1000/.local/share/containers/storage',
  run: '/run/user/1000/containers',
}
export const userdata = (root: string, id: string): string => `${root}/overlay-containers/${id}/userdata`

export interface CrioContainer {
  readonly id: string
  readonly sandbox: string
  readonly name: string
  readonly pod: { readonly name: string; readonly namespace: string; readonly uid: string }
  readonly attempt?: number
}

const kubeName = ({ name, pod, attempt = 0 }: CrioContainer): string =>
  `k8s_${name}_${pod.name}_${pod.namespace}_${pod.uid}_${attempt}`

/** cri-o internal/oci/runtime_oci.go, CreateContainer; the list in cri-o/cri-o#6189 has the same words in the same order. */
export function crioConmon(container: CrioContainer, engine = '/usr/bin/crun'): string[] {
  const { id, name, pod, attempt = 0 } = container
  const bundle = userdata(ofRoot.run, id)
  const log = `/var/log/pods/${pod.namespace}_${pod.name}_${pod.uid}/${name}/${attempt}.log`
  return [
    ...[
      '/usr/bin/conmon',
      '-b',
      bundle,
      '-c',
      id,
      '--exit-dir',
      '/var/run/crio/exits',
      '-l',
      log,
      '--log-level',
      'info',
    ],
    ...['-n', kubeName(container), '-P', `${bundle}/conmon-pidfile`, '-p', `${bundle}/pidfile`],
    ...['--persist-dir', userdata(ofRoot.graph, id), '-r', engine, '--runtime-arg', '--root=/run/runc'],
    ...['--socket-dir-path', '/var/run/crio', '--syslog', '-u', id, '-s'],
  ]
}

/** cri-o internal/oci/runtime_oci.go, ExecSyncContainer: a probe, with files in /tmp and no bundle. */
export const crioExecConmon = (container: CrioContainer, engine = '/usr/bin/crun'): string[] => [
  ...['/usr/bin/conmon', '-c', container.id, '-n', kubeName(container), '-r', engine, '-p', '/tmp/pidfile1620154378'],
  ...[
    '-e',
    '-l',
    `/tmp/crio-log-${container.id}3127443210`,
    '--socket-dir-path',
    '/var/run/crio',
    '--log-level',
    'info',
  ],
  ...[
    '--sync',
    '-T',
    '60',
    '-s',
    '--exec-process-spec',
    '/tmp/exec-process-2801367779',
    '--runtime-arg',
    '--root=/run/runc',
  ],
]

/** The bundle that CRI-O saves, with the annotations of cri-o internal/factory/container and server/sandbox_run_linux.go. */
export function crioBundle(container: CrioContainer, path: string, initPid: number | undefined): BundleDescription {
  const { id, sandbox, name, pod } = container
  const isSandbox = id === sandbox
  const slice = `kubepods-burstable-pod${pod.uid.replaceAll('-', '_')}.slice`
  return {
    path,
    mounted: false,
    config: {
      args: [isSandbox ? '/pause' : `/${name}`],
      cgroupsPath: `${slice}:crio:${id}`,
      annotations: {
        'io.container.manager': 'cri-o',
        'io.kubernetes.container.name': name,
        'io.kubernetes.cri-o.ContainerID': id,
        'io.kubernetes.cri-o.ContainerType': isSandbox ? 'sandbox' : 'container',
        'io.kubernetes.cri-o.Image': isSandbox ? 'registry.k8s.io/pause:3.10' : `registry.example.com/${name}:1`,
        'io.kubernetes.cri-o.Name': kubeName(container),
        'io.kubernetes.cri-o.SandboxID': sandbox,
        'io.kubernetes.pod.name': pod.name,
        'io.kubernetes.pod.namespace': pod.namespace,
        'io.kubernetes.pod.uid': pod.uid,
      },
    },
    files: initPid === undefined ? {} : { pidfile: String(initPid) },
  }
}

/** podman libpod/oci_conmon_common.go, createOCIContainer and sharedConmonArgs. */
export function podmanConmon(
  id: string,
  name: string,
  { graph, run }: Storage = ofRoot,
  more: string[] = ['-s'],
): string[] {
  const exits = run === ofRoot.run ? '/run/libpod/exits' : '/run/user/1000/libpod/tmp/exits'
  const tmp = exits.replace(/\/exits$/, '')
  return [
    ...['/usr/bin/conmon', '--api-version', '1', '-c', id, '-u', id, '-r', '/usr/bin/crun', '-b', userdata(graph, id)],
    ...['-p', `${userdata(run, id)}/pidfile`, '-n', name, '--exit-dir', exits, '--persist-dir', `${tmp}/persist/${id}`],
    ...['--full-attach', ...more, '-l', 'journald', '--log-level', 'warning', '--syslog'],
    ...['--runtime-arg', '--log-format=json', '--runtime-arg', '--log', `--runtime-arg=${userdata(run, id)}/oci-log`],
    ...['--conmon-pidfile', `${userdata(run, id)}/conmon.pid`, '--exit-command', '/usr/bin/podman'],
    ...['--root', graph, '--runroot', run, 'container', 'cleanup', id].flatMap((arg) => ['--exit-command-arg', arg]),
  ]
}

/** What podman writes, and nothing of names: the container's is in conmon's command line. */
export const podmanBundle = (id: string, storage: Storage = ofRoot, mntns?: string): BundleDescription => ({
  path: userdata(storage.graph, id),
  mounted: false,
  ...(mntns === undefined ? {} : { mntns }),
  config: {
    args: ['/app'],
    cgroupsPath: `machine.slice:libpod:${id}`,
    annotations: { 'io.container.manager': 'libpod', 'io.podman.annotations.autoremove': 'FALSE' },
  },
})

/** What a container's own mount table holds of containers/storage, /run and the root being file systems of their own. */
export const storedMounts = (
  layer: string,
  owner: string,
  { graph, run }: Storage = ofRoot,
): ProcessDescription['files'] => ({
  mountinfo: `1107 1076 0:47 / / rw,relatime - overlay overlay rw,lowerdir=${graph}/overlay/l/DBICK,upperdir=${graph}/overlay/${layer}/diff
1108 1107 0:50 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
1113 1107 0:24 ${userdata(run, owner).slice('/run'.length)}/resolv.conf /etc/resolv.conf rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
1116 1107 8:1 ${userdata(graph, owner)}/.containerenv /run/.containerenv rw,relatime - ext4 /dev/sda1 rw
`,
})

/** The node's own, where /run is a tmpfs. */
export const nodeMounts: ProcessDescription['files'] = {
  mountinfo: `25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 25 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw
26 25 0:24 / /run rw,nosuid,nodev shared:11 - tmpfs tmpfs rw,mode=755
`,
}
