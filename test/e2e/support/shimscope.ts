import { request } from 'node:http'
import { join } from 'node:path'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import type { Outcome } from './command.ts'
import { until } from './until.ts'
import { project, type World } from './world.ts'

const program = [process.execPath, join(project, 'dist/main.js')]

/** The built program, run in a world as an operator would run it on the node. */
export const shimscope = (world: World, ...argv: string[]): Promise<Outcome> =>
  world.attempt(...inWorld(world), ...argv)

/** One inspected moment. The grace is nothing, so what is wrong fires at once. */
export const snapshotOf = (world: World): Promise<Snapshot> => look(world, [])

/** The same for a reader without any privilege: much is denied to it. */
export const snapshotAsNobody = (world: World): Promise<Snapshot> =>
  look(world, ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'])

async function look(world: World, as: readonly string[]): Promise<Snapshot> {
  const outcome = await world.attempt(...as, ...inWorld(world), 'snapshot', '--grace', '0s')
  if (outcome.code !== 0) throw new Error(`shimscope snapshot ended with ${outcome.code}: ${outcome.stderr}`)
  return JSON.parse(outcome.stdout) as Snapshot
}

export interface Served {
  pid: number
  /** A unix socket on the host's side that leads to the agent's port in the world's network namespace. */
  socket: string
  fetch(path: string, headers?: Record<string, string>): Promise<string>
}

/** `shimscope serve` in a world, reachable from here. */
export async function serve(world: World, ...options: string[]): Promise<Served> {
  const pid = await world.start('/run/shimscope.log', ...inWorld(world), 'serve', ...options)
  const socket = join(world.shared, 'serve.sock')
  // A unix socket has no network namespace, so this relay is the way out of the world's own.
  const relay = `require('net').createServer((near) => { const far = require('net').connect(19256, '127.0.0.1')
    near.pipe(far).pipe(near); near.on('error', () => far.destroy()); far.on('error', () => near.destroy()) }).listen('${socket}')`
  await world.start('/run/relay.log', inWorld(world)[0] ?? 'node', '-e', relay)
  const fetch = (path: string, headers: Record<string, string> = {}) =>
    new Promise<string>((resolve, reject) => {
      request({ socketPath: socket, path, headers }, (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(body) : reject(new Error(`${path}: ${answer.statusCode} ${body}`)),
        )
      })
        .on('error', reject)
        .end()
    })
  await until('shimscope serves', () =>
    fetch('/-/ready').then(
      () => true,
      () => false,
    ),
  )
  return { pid, socket, fetch }
}

/** In a world with a tree of its own, Node lies where the world's set-up has put it. */
const inWorld = (world: World): string[] => (world.hasOwnTree ? ['node', ...program.slice(1)] : program)
