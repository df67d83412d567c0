import { request } from 'node:http'
import { join } from 'node:path'
import { shimscopeIn } from './shimscope.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

const port = 19256
/** The agent answers only those who call it by the address that it listens at. */
export const hostHeader = { host: `127.0.0.1:${port}` }

export interface Served {
  pid: number
  /** A unix socket on our side that leads to the agent's port in the network namespace of the world. */
  socket: string
  fetch(path: string): Promise<string>
}

/** `shimscope serve` in a world, reachable from here. */
export const serve = (world: World, ...options: string[]): Promise<Served> =>
  serveAs(world, shimscopeIn(world), ...options)

/** The same, started in another way. */
export async function serveAs(world: World, program: readonly string[], ...options: string[]): Promise<Served> {
  const pid = await world.start('/run/shimscope.log', ...program, 'serve', ...options)
  const socket = join(world.shared, 'serve.sock')
  // A unix socket has no network namespace, so this relay is the way out of the world's own.
  const relay = `
    require('node:net').createServer((near) => {
      const far = require('node:net').connect(${port}, '127.0.0.1')
      near.pipe(far).pipe(near)
      near.on('error', () => far.destroy())
      far.on('error', () => near.destroy())
    }).listen('${socket}')`
  await world.start('/run/relay.log', shimscopeIn(world)[0] ?? 'node', '-e', relay)
  const fetch = (path: string) => get(socket, path)
  await until('shimscope serves', () => fetch('/-/ready').then(Boolean, () => false))
  return { pid, socket, fetch }
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, headers: hostHeader }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(body)
        else reject(new Error(`${path} was answered with ${answer.statusCode}: ${body}`))
      })
    })
    asked.on('error', reject).end()
  })
}
