import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import type { Containerd } from './containerd.ts'
import { busyboxImage, writeImages } from './images.ts'
import { isShim, processes } from './processes.ts'
import type { TrueContainer } from './truth.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

/** A container that is a node itself: its own init, and a containerd in it at the usual address. */
export interface NestedNode {
  /** The pid of its containerd, as the world has it. */
  readonly daemon: number
  /** `ctr run -d` in it, of a container that sleeps for so many seconds: what the world can tell it by. */
  run(id: string, sleepSeconds: number): Promise<void>
  /** Its containers, by the pids that the world knows them by. */
  containers(): Promise<TrueContainer[]>
}

const CONFIG = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
`

/**
 * Starts one with `ctr`. Its root file system is that of the world, below an overlay that takes the writes; what a
 * snapshotter needs is a tmpfs, since an overlay cannot lie upon an overlay.
 */
export async function startNestedNode(
  world: World,
  containerd: Containerd,
  id: string,
  ...options: string[]
): Promise<NestedNode> {
  const top = `/run/nested-${id}`
  await world.run('mkdir', '-p', `${top}/files`)
  await world.run('mount', '-t', 'tmpfs', 'tmpfs', `${top}/files`)
  await world.run('mkdir', `${top}/files/upper`, `${top}/files/work`, `${top}/root`)
  const layers = `lowerdir=/,upperdir=${top}/files/upper,workdir=${top}/files/work`
  await world.run('mount', '-t', 'overlay', '-o', layers, 'overlay', `${top}/root`)
  mkdirSync(world.path(`${top}/root/nested`))
  writeFileSync(world.path(`${top}/root/nested/containerd.toml`), CONFIG)
  copyFileSync(writeImages(world.shared).busybox, world.path(`${top}/root/nested/busybox.tar`))
  const script = `export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs tmpfs /var/lib/containerd
(containerd -c /nested/containerd.toml > /nested/log 2>&1 &)
exec sleep 86400`
  await containerd.ctr(
    'default',
    // As Docker does it: the container's own cgroups, one mount for each hierarchy.
    ...['run', '--detach', '--privileged', '--mount', 'type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=rw'],
    ...[...options, '--rootfs', `${top}/root`, id],
    ...['/usr/bin/tini-static', '--', '/bin/sh', '-c', script],
  )
  const init = (await containerd.tasks()).find((task) => task.id === id)?.pid ?? Number.NaN
  const ctr = (...argv: string[]) =>
    world.attempt('nsenter', '-t', `${init}`, '-m', '-p', '-n', '-u', '-i', '--', 'ctr', ...argv)
  await until('the nested containerd serves', async () => (await ctr('version')).code === 0)
  await must(ctr('image', 'import', '/nested/busybox.tar'))

  const daemon = processes(world).find(({ ppid, comm }) => ppid === init && comm === 'containerd')?.pid ?? Number.NaN

  return {
    daemon,
    async run(own, sleepSeconds) {
      await must(ctr('run', '--detach', busyboxImage, own, 'sleep', `${sleepSeconds}`))
    },
    async containers() {
      const { stdout } = await must(ctr('task', 'list'))
      const ids = stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(/\s+/)[0] ?? '')
      return ids.map((own) => nestedContainer(world, init, own, 'default'))
    },
  }
}

/**
 * A running container of a nested daemon. World and nested node call its processes by different pids; its shim's
 * command line is the same for both.
 */
export function nestedContainer(world: World, init: number, id: string, containerdNamespace: string): TrueContainer {
  const all = processes(world)
  const shim = all.find(
    (process) =>
      isShim(process) &&
      [id, containerdNamespace].every((word) => process.argv.includes(word)) &&
      above(process.pid, all).includes(init),
  )
  const first = all.find(({ ppid }) => ppid === shim?.pid)
  if (shim === undefined || first === undefined) throw new Error(`no process for nested ${id}`)
  const told = { id, containerdNamespace, state: 'running', role: 'container', name: null, pod: null } as const
  return { ...told, pid: first.pid, shim: shim.pid }
}

function above(pid: number, all: ReturnType<typeof processes>): number[] {
  const parent = all.find((process) => process.pid === pid)?.ppid ?? 0
  return parent === 0 ? [] : [parent, ...above(parent, all)]
}

async function must<T extends { code: number | null; stderr: string }>(outcome: Promise<T>): Promise<T> {
  const ended = await outcome
  if (ended.code !== 0) throw new Error(ended.stderr)
  return ended
}
