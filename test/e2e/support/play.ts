import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { until } from './until.ts'
import { project } from './world.ts'

export interface Playing {
  /** The page's address. */
  readonly url: string
  get(path: string): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** `shimscope serve --from` on our side, as whoever got the file would run it. */
export async function play(file: string, ...options: string[]): Promise<Playing> {
  const argv = ['serve', '--from', file, '--web.listen-address', '127.0.0.1:0', ...options]
  const child = spawn(process.execPath, [join(project, 'dist/main.js'), ...argv])
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said += text
    })
  }
  const end = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
  }
  const url = await until('it listens', () => /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0]).catch(async (error) => {
    await end()
    throw new Error(`${error}: ${said}`)
  })
  return { url, get: async (path) => (await fetch(new URL(path, url))).text(), [Symbol.asyncDispose]: end }
}
