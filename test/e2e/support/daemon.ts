import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'

/** The built program. */
export const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
}

/** `shimscope serve` on this host, as a child whose end can be seen. */
export interface Daemon {
  readonly child: ChildProcess
  /** All that it has said. */
  said(): string
  /** Where it serves, once it does. */
  serves(): Promise<string>
  readonly ended: Promise<Ended>
}

/** At a port of its own choice on the loopback, unless told otherwise. */
export function startDaemon(
  options: readonly string[],
  {
    before = [],
    stdio = ['ignore', 'pipe', 'pipe'],
  }: { before?: readonly string[]; stdio?: SpawnOptions['stdio'] } = {},
): Daemon {
  const listen = options.includes('--web.listen-address') ? [] : ['--web.listen-address', '127.0.0.1:0']
  const [program = '', ...rest] = [...before, process.execPath, main, 'serve', ...listen, ...options]
  const child = spawn(program, rest, { stdio: stdio ?? 'pipe' })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece: Buffer) => {
      text += piece
    })
  return {
    child,
    said: () => text,
    serves: () => until('it serves', () => /https?:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0], 60_000),
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
  }
}
