import type { Severity, Snapshot, Verdict } from '../../core/model/snapshot.ts'
import { printable } from './printable.ts'
import { podOf, subjectName } from './names.ts'

/** node-problem-detector keeps so many bytes of what a plugin prints: its `max_output_length`. */
const MOST_BYTES = 80

/** 0: no problem; 1: a problem; 2: not known. node-problem-detector, docs/custom_plugin_monitor.md. */
export interface Finding {
  readonly exitCode: 0 | 1 | 2
  /** One line of at most 80 bytes; it becomes the message of the node's condition. */
  readonly message: string
}

const severities: readonly Severity[] = ['critical', 'warning', 'info']

/** What fires, as a custom plugin of node-problem-detector says it: the worst first, the others counted. */
export function findingOf(snapshot: Snapshot, counts: (verdict: Verdict) => boolean): Finding {
  const counted = severities.flatMap((severity) =>
    snapshot.verdicts.filter((verdict) => verdict.severity === severity && counts(verdict)),
  )
  const [worst, ...others] = counted
  if (worst !== undefined) {
    const more = others.length === 0 ? '' : ` (+${others.length} more)`
    return {
      exitCode: 1,
      message: `${cut(`${worst.code}: ${placeOf(worst, snapshot)}`, MOST_BYTES - more.length)}${more}`,
    }
  }
  // Where processes may be hidden, or nothing is judged, silence proves nothing.
  if (snapshot.pass.source === 'ps' || !snapshot.pass.complete)
    return { exitCode: 2, message: 'not every process was shown: nothing can be ruled out' }
  return { exitCode: 0, message: 'no verdict fires' }
}

/** That nothing could be looked at, and why. */
export const unknownFinding = (reason: string): Finding => ({ exitCode: 2, message: cut(reason, MOST_BYTES) })

/** The pod, if it is one: that is what a person will look for. */
function placeOf({ subject }: Verdict, { containers }: Snapshot): string {
  const container = containers.find(
    ({ key, id, shim }) => key === subject.key || id === subject.id || (shim !== null && shim === subject.key),
  )
  return (container === undefined ? null : podOf(container)) ?? subjectName(subject)
}

/** In UTF-8, and never in the middle of a character. */
function cut(text: string, mostBytes: number): string {
  const line = printable(text)
  if (Buffer.byteLength(line) <= mostBytes) return line
  const characters = Array.from(line)
  while (Buffer.byteLength(`${characters.join('')}…`) > mostBytes) characters.pop()
  return `${characters.join('')}…`
}
