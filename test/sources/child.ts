import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A process that lives until the end of its block, and its pid. */
export interface Child extends AsyncDisposable {
  readonly pid: number
}

/** Starts a shell that does what it is told and then sleeps under a name that it gave itself. */
export async function child(script = '', comm = 'child'): Promise<Child> {
  // comm is the kernel's to print, and a process's to choose. proc(5), /proc/pid/comm
  const rename = 'printf %s "$1" > /proc/$$/comm'
  const started = spawn(
    'sh',
    ['-c', [rename, script, 'echo ready; read forever'].filter(Boolean).join('; '), 'sh', comm],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      // A process group of its own: what it started ends with it.
      detached: true,
    },
  )
  await once(started.stdout, 'data')
  return { pid: started.pid ?? 0, [Symbol.asyncDispose]: () => end(started) }
}

async function end(started: ChildProcess): Promise<void> {
  const ended = once(started, 'exit')
  process.kill(-(started.pid ?? 0), 'SIGKILL')
  await ended
}

/** Names that a process may choose and that a careless reader trips over. */
export const hostileNames = [
  ') S 1 (x\ny',
  'a b (c) d',
  '((((',
  '))))',
  'tab\there',
  'é漢字',
  '1 (x) R 1 1',
  '-- /x --',
]

/** One child of each name. */
export async function hostileChildren(): Promise<{ readonly children: readonly Child[] } & AsyncDisposable> {
  const children = await Promise.all(hostileNames.map((name) => child('', name)))
  return {
    children,
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map((one) => one[Symbol.asyncDispose]()))
    },
  }
}
