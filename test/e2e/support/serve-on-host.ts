import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'
import { hostHeader, type Served } from './serve.ts'
import { until } from './until.ts'
import { project, type World } from './world.ts'

/**
 * `shimscope serve` outside of a world, in the first namespaces, where the process connector is: it sees this machine, and
 * on it what runs in the world.
 */
export async function serveOnHost(world: World, ...options: string[]): Promise<Served> {
  // No world ends it with this process, so the kernel does. prctl(2), PR_SET_PDEATHSIG
  const dying = ['--pdeathsig', 'KILL', process.execPath]
  const program = [join(project, 'dist/main.js'), 'serve', '--web.listen-address', '127.0.0.1:0', ...options]
  const daemon: ChildProcess = spawn('setpriv', [...dying, ...program], { stdio: ['ignore', 'pipe', 'pipe'] })
  world.atClose(async () => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return
    const ended = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    await ended
  })
  let log = ''
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
  const port = await until(
    'shimscope says where it serves',
    () => {
      if (daemon.exitCode !== null) throw new Error(`shimscope serve ended with ${daemon.exitCode}: ${log}`)
      return /http:\/\/127\.0\.0\.1:(\d+)/.exec(log)?.[1]
    },
    60_000,
  )
  const address = { host: '127.0.0.1', port: Number(port) }
  // The client of the feed comes by a unix socket, as into a world.
  const socket = join(world.shared, `host-${daemon.pid}.sock`)
  const relay = createServer((near) => {
    const far = connect(address)
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  await new Promise<void>((resolve) => relay.listen(socket, resolve))
  world.atClose(() => void relay.close())
  const fetch = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const asked = request({ ...address, path, headers: hostHeader }, (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(body) : reject(new Error(`${path}: ${answer.statusCode}: ${body}`)),
        )
      })
      asked.on('error', reject).end()
    })
  await until('shimscope serves', () => fetch('/-/ready').then(Boolean, () => false), 60_000)
  return { pid: daemon.pid ?? 0, socket, fetch }
}
