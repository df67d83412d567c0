import type { Container, Subject } from '../../core/model/snapshot.ts'
import { printable, shortId } from './printable.ts'

/** What people call a container: its name, or else its id. */
export const nameOf = (container: Container): string =>
  container.name === null ? shortId(container.id) : printable(container.name)

/** `namespace/name`, or what is known of it. */
export function podOf({ pod }: Container): string | null {
  if (pod === null) return null
  if (pod.name === null) return `pod ${printable(pod.uid)}`
  return pod.namespace === null ? printable(pod.name) : `${printable(pod.namespace)}/${printable(pod.name)}`
}

export function subjectName(subject: Subject): string {
  const id = subject.id === undefined ? [] : [shortId(subject.id)]
  const pid = subject.pid === undefined ? [] : [`pid ${subject.pid}`]
  return [subject.kind, ...id, ...pid].join(' ')
}
