import type { Container, Subject, Verdict } from '../../../core/model/snapshot.ts'
import { containerName, podName } from './row-wording.ts'
import { shortId } from './wording.ts'
import { visible } from './visible.ts'

/** Whom a verdict is about, as people call it: `default/web · app`, `shim 360`, `node`. */
export function subjectName({ kind, key, id, pid }: Subject, containers: readonly Container[]): string {
  const container = kind === 'container' ? containers.find((one) => one.key === key) : undefined
  if (container !== undefined) {
    const pod = podName(container)
    return pod === '' ? containerName(container) : `${pod} · ${containerName(container)}`
  }
  return [kind, id === undefined ? '' : shortId(id), pid === undefined ? '' : `pid ${pid}`].filter(Boolean).join(' ')
}

/** Id of the row that a subject has in the tree; `undefined` for what stands in no tree. */
export function rowIdOf({ kind, key }: Subject): string | undefined {
  if (key === undefined) return undefined
  return kind === 'shim' || kind === 'container' || kind === 'daemon' || kind === 'process'
    ? `${kind}|${key}`
    : undefined
}

/** What a verdict does not say itself. `at`: when it was seen, if that is not now, in ISO 8601; else empty. */
interface Circumstances {
  readonly about: string
  readonly node: string
  readonly at: string
}

/** A verdict as plain text for a chat or a ticket: all that the page says about it, and where to see it. */
export function verdictText(verdict: Verdict, { about, node, at }: Circumstances, url: string): string {
  const { severity, status, code, since, summary, evidence, resembles, next } = verdict
  return [
    `${severity.toUpperCase()}${status === 'pending' ? ' (pending)' : ''} ${code} on ${visible(node)}, since ${since}`,
    ...(at === '' ? [] : [`As it was at ${at}`]),
    `About: ${visible(about)}`,
    visible(summary),
    '',
    'Evidence:',
    ...evidence.map(({ source, observed }) => `- ${visible(source)}: ${visible(observed)}`),
    '',
    `Next: ${visible(next)}`,
    ...(resembles.length === 0 ? [] : [`Resembles: ${resembles.map(visible).join(', ')}`]),
    url,
  ].join('\n')
}
