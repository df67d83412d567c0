import type { Runtime } from '../model/runtime.ts'
import { type Seen, seen } from './seen.ts'

/** One row of the table that says how far each runtime is understood, and what shows it. No cell is empty. */
export interface RuntimeProof {
  readonly id: string
  /** What a process is told by. */
  readonly recognized: string
  /** What proves whose it is, and what it keeps. */
  readonly owned: string
  /** How many containers it was seen to keep, in the words of a shim's `relation`. */
  readonly relation: string
  /** Whether recordings of real nodes show it, made by the end-to-end tests, or constructed ones. */
  readonly shown: string
}

export const proofOf = (runtime: Runtime): RuntimeProof => {
  const { roles, relations, recordings } = seen[runtime.id] ?? nowhere
  // A shim's program is its own engine now and then, to start or to delete one.
  const role = roles.includes('shim') ? 'shim' : roles[0]
  return {
    id: runtime.id,
    recognized: recognizedBy(runtime),
    owned: role === undefined ? 'never seen' : ownedBy(role, runtime),
    relation: relations.join(', ') || (role === undefined ? 'never seen' : place(role, runtime)),
    shown: recordings.join(', ') || 'never',
  }
}

const nowhere: Seen = { roles: [], relations: [], recordings: [] }

function recognizedBy({ programs, comms }: Runtime): string {
  const ways = [...(programs.length > 0 ? ['argv', 'exe'] : []), ...(comms.length > 0 ? ['comm'] : [])]
  return ways.join(', ')
}

function ownedBy(role: string, { expects }: Runtime): string {
  switch (role) {
    case 'daemon':
      return expects.mayNotListen === true ? 'its sockets, where it has any' : 'the sockets that it listens at'
    case 'shim':
      return `${daemonProof[expects.tracking]}; ${containerProof(expects)}`
    case 'engine':
      return expects.attends === undefined ? 'its parent' : 'its parent; its child in namespaces of its own'
    case 'remains':
      return 'its parent'
    default:
      return 'its shim, by id and parent'
  }
}

const daemonProof = {
  connection: 'rows of its socket in net/unix',
  parent: 'its parent',
  none: 'no daemon needed',
} as const

function containerProof({ owns, bundle, writesInitPid }: Runtime['expects']): string {
  if (owns !== 'processes') return 'a machine of its id'
  const where =
    bundle === 'cwd' ? 'the bundle in its cwd' : bundle === 'argument' ? 'the bundle in its argv' : 'its children'
  return writesInitPid ? `${where}, init.pid` : `${where}, its children`
}

/** Of what keeps no containers by itself. */
function place(role: string, { expects }: Runtime): string {
  switch (role) {
    case 'daemon':
      return 'above its shims'
    case 'engine':
      return expects.attends === undefined ? 'while it works' : 'beside one container, or while it works'
    case 'remains':
      return 'none: it is dead'
    default:
      return 'beside its shim'
  }
}
