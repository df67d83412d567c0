import type { Container, Snapshot, Subject } from '../../core/model/snapshot.ts'

/** What a line is about, under the names that log pipelines know. */
export type Attributes = Readonly<Record<string, string | number | readonly string[]>>

type Draft = Readonly<Record<string, string | number | null | undefined>>

/**
 * A subject in the words of OpenTelemetry's semantic conventions (resource attributes of container, k8s and process).
 * What is not known is left out.
 */
export function attributesOf(subject: Subject, snapshots: readonly Snapshot[]): Attributes {
  return known({
    'k8s.node.name': snapshots[0]?.node,
    'shimscope.subject.kind': subject.kind,
    'container.id': subject.id,
    'process.pid': subject.pid,
    ...placeOf(subject, snapshots),
  })
}

/** It may be gone already: then the snapshot before knows it. */
function placeOf(subject: Subject, snapshots: readonly Snapshot[]): Draft {
  for (const { daemons, shims, containers } of snapshots) {
    const isMeant = ({ key }: { readonly key: string }): boolean => key === subject.key
    const daemon = daemons.find(isMeant)
    if (daemon !== undefined) return processOf(daemon)
    const shim = shims.find(isMeant)
    if (shim !== undefined) {
      const kept = containers.filter((container) => container.shim === shim.key)
      // A shim keeps one container, or those of one pod.
      return { ...podOf(kept), ...(kept.length === 1 ? containerOf(kept) : {}), ...processOf(shim) }
    }
    const found = containers.filter((container) => isMeant(container) || container.id === subject.id)
    if (found.length > 0)
      return { ...containerOf(found), ...podOf(found), 'process.pid': subject.pid ?? found[0]?.initPid }
  }
  return {}
}

const processOf = (process: { readonly pid: number; readonly runtime: string; readonly startedAt: string }): Draft => ({
  'process.pid': process.pid,
  'process.executable.name': process.runtime,
  'process.creation.time': process.startedAt,
})

const podOf = (containers: readonly Container[]): Draft => {
  const pod = containers.find((container) => container.pod !== null)?.pod
  return { 'k8s.pod.uid': pod?.uid, 'k8s.pod.name': pod?.name, 'k8s.namespace.name': pod?.namespace }
}

const containerOf = ([container]: readonly Container[]): Draft => ({
  'container.id': container?.id,
  'container.name': container?.name,
  'container.runtime.name': container?.runtime,
  'container.image.name': container?.image,
  ...(container?.pod !== null && container?.role === 'container' && { 'k8s.container.name': container.name }),
})

const known = (draft: Draft): Attributes =>
  Object.fromEntries(
    Object.entries(draft).filter(
      (entry): entry is [string, string | number] => entry[1] !== null && entry[1] !== undefined,
    ),
  )
