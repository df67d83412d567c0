import type { Container, Process } from '../../../core/model/snapshot.ts'
import type { Subject } from './grow-tree.ts'
import { counted, joined, type Mark, processStateMark, shortId, stateMark, supervisionMark } from './wording.ts'

/** One row of the tree, column by column. */
export interface RowText {
  /** What it is, for those who do not see where it stands. */
  readonly kind: string
  readonly name: string
  /** Stands before the name, in a quieter tone: the pod of a container. */
  readonly of: string
  readonly marks: readonly Mark[]
  readonly pid: number | null
  readonly rest: string
  readonly startedAt: string | null
}

export function rowText(subject: Subject): RowText {
  switch (subject.kind) {
    case 'daemon': {
      const { runtime, state, pid, addresses, startedAt } = subject.daemon
      const starting: Mark = { sign: '◌', text: state === 'starting' ? 'starting' : 'not known', tone: 'info' }
      const marks: readonly Mark[] =
        state === 'listening' ? [{ sign: '●', text: 'listening', tone: 'good' }] : [starting]
      return { kind: 'daemon', name: runtime, of: '', marks, pid, rest: addresses.join(' '), startedAt }
    }
    case 'shim': {
      const { runtime, pid, id, containerdNamespace, relation, supervision, bundleDeleted, binaryReplaced, startedAt } =
        subject.shim
      const named = id === null ? containerdNamespace : `${containerdNamespace ?? '?'}/${shortId(id)}`
      return {
        kind: 'shim',
        name: runtime,
        of: '',
        marks: [supervisionMark(supervision)],
        pid,
        rest: joined(relation, named, bundleDeleted && 'bundle deleted', binaryReplaced && 'binary replaced'),
        startedAt,
      }
    }
    case 'container':
      return containerText(subject.container)
    case 'process':
      return processText(subject.process)
    case 'others': {
      const rest = counted(subject.count, 'process', 'processes')
      return { kind: 'group', name: 'everything else', of: '', marks: [], pid: null, rest, startedAt: null }
    }
  }
}

function containerText(container: Container): RowText {
  const { role, id, state, initPid, processes, zombies, execs, shim, image } = container
  return {
    kind: role,
    name: containerName(container),
    of: podName(container),
    marks: [stateMark(state)],
    pid: initPid,
    rest: joined(
      shortId(id),
      shim === null && 'no keeper',
      // A container that has just started was not counted yet.
      processes > 0 && counted(processes, 'process', 'processes'),
      zombies > 0 && counted(zombies, 'zombie'),
      execs.length > 0 && counted(execs.length, 'exec session'),
      image,
    ),
    startedAt: container.startedAt,
  }
}

export const containerName = ({ role, name, id }: Pick<Container, 'role' | 'name' | 'id'>): string =>
  role === 'sandbox' ? 'sandbox' : (name ?? shortId(id))

/** `namespace/name`, or the beginning of its uid; empty without a pod. */
export function podName({ pod }: Pick<Container, 'pod'>): string {
  if (pod === null) return ''
  return pod.name === null ? `pod ${pod.uid.slice(0, 8)}` : `${pod.namespace ?? '?'}/${pod.name}`
}

/** A zombie has only its `comm` left, in brackets as `ps` prints it. */
function processText({ comm, pid, argv, role, state, startedAt }: Process): RowText {
  const mark = processStateMark(state)
  return {
    kind: 'process',
    name: argv.length === 0 ? `[${comm}]` : comm,
    of: '',
    marks: mark === undefined ? [] : [mark],
    pid,
    rest: joined(roleWord(role), argv.join(' ')),
    startedAt,
  }
}

/** Of a process in a container one need not say that it is one. */
function roleWord(role: string): string {
  switch (role) {
    case 'workload':
    case 'other':
      return ''
    case 'container':
    case 'sandbox':
      return 'init'
    default:
      return role
  }
}
