import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import type { Outcome } from './command.ts'
import type { World } from './world.ts'

/** Where a world has the project. */
const program = '/run/world/shimscope/dist/main.js'

/** The built program, run in a world as an operator would run it on the node. */
export const shimscope = (world: World, ...argv: string[]): Promise<Outcome> =>
  world.attempt(...shimscopeIn(world), ...argv)

/** One inspected moment. The grace is nothing, so what is wrong fires at once. */
export const snapshotOf = (world: World): Promise<Snapshot> => look(world, [])

/** The same for a reader without any privilege: much is denied to it. */
export const snapshotAsNobody = (world: World): Promise<Snapshot> =>
  look(world, ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'])

async function look(world: World, as: readonly string[]): Promise<Snapshot> {
  const outcome = await world.attempt(...as, ...shimscopeIn(world), 'snapshot', '--grace', '0s')
  if (outcome.code !== 0) throw new Error(`shimscope snapshot ended with ${outcome.code}: ${outcome.stderr}`)
  return JSON.parse(outcome.stdout) as Snapshot
}

/** How the program is called in a world: in a tree of its own, Node lies where the world's set-up has put it. */
export const shimscopeIn = (world: World): string[] => [world.hasOwnTree ? 'node' : process.execPath, program]
