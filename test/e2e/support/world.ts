import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { attempt, type Outcome, run } from './command.ts'
import { runName, sweep } from './sweep.ts'
import { until } from './until.ts'
import { removeCgroups, thaw } from './world-cgroups.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
export const project = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
let opened = 0

export interface WorldShape {
  /** `tini` reaps as systemd would; `cat` is the PID 1 of many a badly built node image and reaps nothing. */
  init?: 'tini' | 'cat'
  /** Another root file system, left unchanged (an overlay takes the writes). */
  tree?: string
}

/** One isolated node: its own processes, mounts, sockets, host name and cgroups; the host's files, but not its /run. */
export interface World {
  readonly name: string
  /** A directory that both sides see under the same path. */
  readonly shared: string
  run(...argv: string[]): Promise<string>
  attempt(...argv: string[]): Promise<Outcome>
  /** Starts a process that stays, as a child of the world's PID 1; its pid is the world's. */
  start(log: string, ...argv: string[]): Promise<number>
  kill(signal: 'KILL' | 'TERM' | 'STOP' | 'CONT', ...pids: number[]): Promise<void>
  /** The host's name for a file of the world: /proc/<init>/root leads into its mounts, sockets included. */
  path(inside: string): string
  /** The pid by which the host knows the world's PID 1. */
  readonly hostPid: number
  readonly hasOwnTree: boolean
  atClose(closing: () => void | Promise<void>): void
  close(): Promise<void>
}

export async function openWorld(shape: WorldShape = {}): Promise<World> {
  if (opened === 0) sweep()
  const name = `${runName}-${++opened}`
  const shared = mkdtempSync(join(tmpdir(), `${name}-`))
  const keeper = spawn(
    'sh',
    [join(here, 'open-world.sh'), name, ...(shape.init === 'cat' ? ['cat'] : ['tini', '--', 'cat'])],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        WORLD_TREE: shape.tree ?? '',
        WORLD_SHARED: shared,
        WORLD_PROJECT: project,
        WORLD_NODE: process.execPath,
      },
    },
  )
  const removeTraces = async () => {
    await removeCgroups(name)
    rmSync(shared, { recursive: true, force: true })
  }
  await ready(keeper).catch(async (error: unknown) => {
    await removeTraces()
    throw error
  })
  const hostPid = await until('the world has a PID 1', () => firstChild(keeper.pid ?? 0))
  const closings: (() => void | Promise<void>)[] = []

  // A process joins every namespace and the world's root cgroup before it becomes what was asked for.
  const join_ = 'for procs in $(cat /run/world/cgroups); do echo 0 > $procs; done; exec "$@"'
  const into = (argv: string[]) => [
    'nsenter',
    '-t',
    `${hostPid}`,
    '-m',
    '-p',
    '-n',
    '-u',
    '-i',
    '-C',
    '--wdns=/',
    '--',
    'sh',
    '-c',
    join_,
    'sh',
    ...argv,
  ]

  return {
    name,
    shared,
    hostPid,
    hasOwnTree: shape.tree !== undefined,
    run: (...argv) => run(into(argv)),
    attempt: (...argv) => attempt(into(argv)),
    async start(log, ...argv) {
      // `setsid` does not fork here: a background job of a script leads no process group.
      const script = 'log=$1; shift; setsid "$@" < /dev/null > "$log" 2>&1 & echo $!'
      return Number(await run(into(['sh', '-c', script, 'sh', log, ...argv])))
    },
    async kill(signal, ...pids) {
      await run(into(['sh', '-c', `kill -${signal} ${pids.join(' ')}`]))
    },
    path: (inside) => `/proc/${hostPid}/root${inside}`,
    atClose: (closing) => closings.push(closing),
    async close() {
      for (const closing of closings.reverse()) await closing()
      const gone = new Promise((resolve) => keeper.once('exit', resolve))
      thaw(name)
      if (keeper.exitCode === null && keeper.signalCode === null) {
        process.kill(hostPid, 'SIGKILL') // the kernel ends the rest of the pid namespace, then its mounts
        await gone
      }
      await removeTraces()
    },
  }
}

/** The world's PID 1 waits on our end of a pipe: if this process is killed, the pipe closes and the world ends too. */
function ready(keeper: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let complaint = ''
    keeper.stderr?.on('data', (text) => {
      complaint += text
    })
    keeper.stdout?.once('data', () => resolve())
    keeper.once('error', reject)
    keeper.once('exit', (code) => reject(new Error(`the world did not open (${code}): ${complaint}`)))
  })
}

function firstChild(pid: number): number | undefined {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]) || undefined
}
