import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { isExecMonitor, processes, type TrueProcess } from './processes.ts'
import type { World } from './world.ts'

/** Where the snapshot contradicts what the kernel says now: daemons, parents of shims, exec sessions. */
export function contradictionsOfKernel(snapshot: Snapshot, world: World): string[] {
  const all = processes(world)
  const facts: [string, unknown, unknown][] = [
    ['daemons', pids(all.filter(isDaemon)), pids(snapshot.daemons)],
    ...snapshot.shims.flatMap((shim): [string, unknown, unknown][] => {
      const parent = all.find(({ pid }) => pid === all.find((process) => process.pid === shim.pid)?.ppid)
      const parentage =
        parent === undefined ? 'gone' : isDaemon(parent) ? 'daemon' : isInit(world, parent) ? 'init' : 'other'
      return [
        [`shim ${shim.pid}: ppid`, parent?.pid, shim.ppid],
        [`shim ${shim.pid}: parentage`, parentage, shim.parentage],
      ]
    }),
    ...snapshot.containers.map((container): [string, unknown, unknown] => [
      `container ${container.id}: execs`,
      `${execsIn(container, snapshot, all, world)}`,
      `${container.execs}`,
    ]),
  ]
  return facts
    .filter(([, expected, actual]) => expected !== actual)
    .map(([what, expected, actual]) => `${what} is ${expected}, but saw ${actual}`)
}

/** What a container has in /opt are the liars of a scenario. */
const isDaemon = ({ argv: [program = ''] }: TrueProcess) =>
  ['containerd', 'dockerd'].includes(basename(program)) && !program.startsWith('/opt/')
/** The first process of a pid namespace, the world's or one in it. */
function isInit(world: World, { pid }: TrueProcess): boolean {
  const inner = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(world.path(`/proc/${pid}/status`), 'utf8'))?.[1]
  return inner === '1'
}

const pids = (list: readonly { pid: number }[]) => `${list.map(({ pid }) => pid).sort((a, b) => a - b)}`

/**
 * An exec session is a living child of the shim, or of a monitor of its own, in the cgroup of the container, and not its
 * init. gVisor's gofer serves the container and is none.
 */
function execsIn(
  container: Snapshot['containers'][number],
  snapshot: Snapshot,
  all: TrueProcess[],
  world: World,
): number[] {
  const shim = snapshot.shims.find(({ key }) => key === container.shim)?.pid
  const { initPid } = container
  if (shim === undefined || initPid === null) return []
  const monitors = all.filter((process) => isExecMonitor(process) && process.argv.includes(container.id))
  const keepers = [shim, ...monitors.map(({ pid }) => pid)]
  return all
    .filter(({ pid, ppid, state }) => keepers.includes(ppid) && pid !== initPid && state !== 'Z')
    .filter(({ argv }) => argv[0] !== 'runsc-gofer')
    .filter(({ pid }) => cgroupOf(world, pid) === cgroupOf(world, initPid))
    .map(({ pid }) => pid)
}

/** The line of v2, which even a zombie keeps. */
function cgroupOf(world: World, pid: number): string | undefined {
  try {
    return /^0::(.*)$/m.exec(readFileSync(world.path(`/proc/${pid}/cgroup`), 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
