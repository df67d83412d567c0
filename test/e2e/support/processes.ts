import { readdirSync, readFileSync } from 'node:fs'
import { until } from './until.ts'
import type { World } from './world.ts'

/** What the kernel says about a process, read here independently of the code under test. */
export interface TrueProcess {
  pid: number
  ppid: number
  state: string
  comm: string
  argv: string[]
  startTicks: number
}

/** The world's processes, through the procfs that is mounted in it: pids are the world's. */
export function processes(world: World): TrueProcess[] {
  return readdirSync(world.path('/proc'))
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processOf(world, Number(name)))
    .filter((process) => process !== undefined)
}

export function processOf(world: World, pid: number): TrueProcess | undefined {
  try {
    const stat = readFileSync(world.path(`/proc/${pid}/stat`), 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      pid,
      ppid: Number(fields[1]),
      state: fields[0] ?? '',
      comm: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
      argv: readFileSync(world.path(`/proc/${pid}/cmdline`), 'utf8')
        .split('\0')
        .slice(0, -1),
      startTicks: Number(fields[19]),
    }
  } catch {
    return undefined // it ended meanwhile
  }
}

/** A conmon that watches a session which `podman exec` started, and not a container. */
export const isExecMonitor = ({ argv }: TrueProcess): boolean => isConmon(argv) && argv.includes('--exec-process-spec')
const isConmon = ([program = '']: string[]): boolean => program === 'conmon' || program.endsWith('/conmon')

export const isShim = (process: TrueProcess): boolean =>
  isContainerdShim(process) || (isConmon(process.argv) && !isExecMonitor(process))

const isContainerdShim = ({ argv }: TrueProcess): boolean =>
  /(^|\/)containerd-shim[\w.-]*$/.test(argv[0] ?? '') && !['start', 'delete'].includes(argv.at(-1) ?? '')

/** The shim that was started for this container or sandbox. */
export function shimOf(world: World, id: string): number {
  const shim = processes(world).find(
    (process) => isShim(process) && process.argv.some((arg) => arg === id || arg.endsWith(`/${id}`)),
  )
  if (shim === undefined) throw new Error(`no shim for ${id}`)
  return shim.pid
}

export async function gone(world: World, ...pids: number[]): Promise<void> {
  await until(`processes ${pids} are gone`, () => pids.every((pid) => processOf(world, pid) === undefined))
}

/** With SIGKILL, and waited for until it was reaped. */
export async function killed(world: World, ...pids: number[]): Promise<void> {
  await world.kill('KILL', ...pids)
  await gone(world, ...pids)
}

export async function inState(world: World, pid: number, state: string): Promise<void> {
  await until(`process ${pid} is in state ${state}`, () => processOf(world, pid)?.state === state)
}

/** Waits until a process is that old; its age is what a verdict measures, so here time itself is the condition. */
export async function aged(world: World, pid: number, seconds: number): Promise<void> {
  const startTicks = processOf(world, pid)?.startTicks ?? Number.NaN
  await until(
    `process ${pid} is ${seconds} s old`,
    () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) - startTicks / 100 > seconds,
    seconds * 1000 + 10_000,
  )
}
