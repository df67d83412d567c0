import type { FileTree } from './files.ts'
import type { NodeDescription } from './node.ts'
import type { CompleteProcess } from './processes.ts'

/** The files of a process as the kernel writes them. proc(5) */

export function statText(
  process: CompleteProcess,
  { tid = process.pid, state = process.state as string } = {},
): string {
  const { comm, ppid, pgrp, session, argv, threads, startTicks, exiting, cpuSeconds } = process
  const kernelThread = argv.length === 0 && state !== 'Z' && exiting !== true
  const flags = kernelThread ? 0x208040 : exiting === true || state === 'Z' ? 0x40050c : 0x400100
  const pages = state === 'Z' || kernelThread ? 0 : Math.floor(rssOf(process) / 4)
  const memory = pages === 0 ? '0 0' : `${pages * 4096 * 40} ${pages}`
  return `${tid} (${comm}) ${state} ${ppid} ${pgrp} ${session} 0 -1 ${flags} 2210 0 0 0 ${cpuSeconds === undefined ? 14 : cpuSeconds * 100} 6 0 0 20 0 ${threads} 0 ${startTicks} ${memory} 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n`
}

export function threadStatText(process: CompleteProcess, tid: number): string | undefined {
  const at = tid - process.pid
  if (at < 0 || at >= process.threads) return undefined
  return statText(process, { tid, state: at === 0 ? process.state : (process.threadStates?.[at - 1] ?? process.state) })
}

const stateWords = { R: 'running', S: 'sleeping', D: 'disk sleep', T: 'stopped', Z: 'zombie' }

export function statusText(process: CompleteProcess, tellsInnerPids: boolean): string {
  const { pid, ppid, comm, state, threads, innerPids, argv } = process
  const inner = [pid, ...innerPids].join('\t')
  const memory = state === 'Z' || argv.length === 0 ? '' : `VmRSS:\t${String(rssOf(process)).padStart(8)} kB\n`
  return `Name:\t${escapedName(comm)}
State:\t${state} (${stateWords[state]})
Tgid:\t${pid}
Ngid:\t0
Pid:\t${pid}
PPid:\t${ppid}
TracerPid:\t0
Uid:\t0\t0\t0\t0
Gid:\t0\t0\t0\t0
${tellsInnerPids ? `NStgid:\t${inner}\nNSpid:\t${inner}\n` : ''}${memory}Threads:\t${threads}
`
}

const rssOf = ({ rssKilobytes }: CompleteProcess): number => rssKilobytes ?? 8_192

/** fs/proc/array.c, task_name: what could forge a line is escaped. */
const escapedName = (comm: string): string => comm.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

export const cmdlineText = ({ argv, state }: CompleteProcess): string =>
  state === 'Z' ? '' : argv.map((arg) => `${arg}\0`).join('')

const controllers = 'devices pids memory blkio cpuset freezer cpu,cpuacct name=systemd'.split(' ')

export function cgroupText(
  { cgroup, state }: CompleteProcess,
  version: NonNullable<NodeDescription['cgroups']>,
): string {
  if (/^\d+:/.test(cgroup)) return cgroup
  if (version === 'v2') return `0::${cgroup}\n`
  // A zombie has left its v1 cgroups; on the unified hierarchy it stays. kernel/cgroup/cgroup.c, cgroup_exit
  const path = state === 'Z' ? '/' : cgroup
  const v1 = controllers.map((controller, at) => `${controllers.length - at}:${controller}:${path}\n`).join('')
  return version === 'hybrid' ? `${v1}0::${cgroup}\n` : v1
}

export function mountinfoText(tree: FileTree): string {
  const roots = tree.mounts.map(
    (path, at) =>
      `${300 + at} 25 0:${60 + at} / ${path} rw,relatime shared:${150 + at} - overlay overlay rw,lowerdir=/var/lib/lower,upperdir=/var/lib/upper\n`,
  )
  return `25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n23 25 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n${roots.join('')}`
}
