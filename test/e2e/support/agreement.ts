import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import type { TrueContainer, Truth } from './truth.ts'

export interface ExpectedVerdict {
  code: string
  kind: Verdict['subject']['kind']
  /** The id of a container, the pid of a shim or process, or `node`: what the scenario knows its culprit by. */
  of: string | number
  /** What its summary has to tell. */
  says?: RegExp
}

type Container = Snapshot['containers'][number]
type Verdict = Snapshot['verdicts'][number]
const namedByPid: readonly string[] = ['shim', 'daemon', 'process']

/** Where the snapshot and the runtimes tell different stories; empty where they agree. */
export function disagreements(snapshot: Snapshot, truth: Truth): string[] {
  const seenShims = snapshot.shims.map(({ pid }) => pid).sort(ascending)
  const shims = [...truth.shims].sort(ascending)
  const differences = `${seenShims}` === `${shims}` ? [] : [`shims: saw pids ${seenShims}, but there are ${shims}`]

  const seen = new Map(snapshot.containers.map((container) => [name(container), container]))
  for (const container of truth.containers) {
    const match = seen.get(name(container))
    if (match === undefined) differences.push(`container ${name(container)}: not seen`)
    else differences.push(...contradictions(container, match, snapshot))
    seen.delete(name(container))
  }
  for (const extra of seen.values()) differences.push(`container ${name(extra)}: seen, but no runtime has it`)
  return differences
}

function contradictions(truth: TrueContainer, seen: Container, snapshot: Snapshot): string[] {
  const shim =
    seen.shim === null ? null : (snapshot.shims.find(({ key }) => key === seen.shim)?.pid ?? `no shim ${seen.shim}`)
  const facts: [string, unknown, unknown][] = [
    ['state', truth.state, seen.state],
    ['role', truth.role, seen.role],
  ]
  if (truth.pid !== null) facts.push(['init pid', truth.pid, seen.initPid])
  if (truth.shim !== undefined) facts.push(['shim', truth.shim, shim])
  if (truth.name !== null) facts.push(['name', truth.name, seen.name])
  if (truth.pod !== null) facts.push(['pod uid', truth.pod.uid, seen.pod?.uid])
  if (truth.pod?.name != null) facts.push(['pod name', truth.pod.name, seen.pod?.name])
  if (truth.pod?.namespace != null) facts.push(['pod namespace', truth.pod.namespace, seen.pod?.namespace])
  return facts
    .filter(([, expected, actual]) => expected !== actual)
    .map(([what, expected, actual]) => `container ${name(truth)}: ${what} is ${expected}, but saw ${actual}`)
}

const name = ({ containerdNamespace, id }: { containerdNamespace: string | null; id: string }) =>
  `${containerdNamespace}/${id}`
const ascending = (a: number, b: number) => a - b

/** A verdict in one line, as both sides of the comparison write it: pending ones too, so that none hides. */
export const told = ({ status, code, subject }: Verdict): string =>
  `${status} ${code} ${subject.kind} ${namedByPid.includes(subject.kind) ? subject.pid : (subject.id ?? subject.kind)}`

export const expectedLine = ({ code, kind, of }: ExpectedVerdict): string => `firing ${code} ${kind} ${of}`
