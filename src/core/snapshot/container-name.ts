import type { Container } from '../model/snapshot.ts'

/** As events call it: `container app of pod default/web`. */
export function containerName({ role, name, pod, id }: Container): string {
  if (pod === null) return `${role} ${name ?? shortId(id)}`
  const podName = pod.name === null ? pod.uid : `${pod.namespace ?? '?'}/${pod.name}`
  return role === 'sandbox' ? `sandbox of pod ${podName}` : `container ${name ?? shortId(id)} of pod ${podName}`
}

/** Twelve digits of a long hexadecimal id, as docker and crictl print it; other ids as they are. */
export const shortId = (id: string): string => (/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id)
