import type { Container, Severity, Snapshot, Verdict } from '../../core/model/snapshot.ts'
import type { Metric } from './metric.ts'
import { Tally } from './tally.ts'

export const verdicts: Metric = {
  name: 'shimscope_verdicts',
  help: 'Verdicts by code, severity and whether they last longer than the grace (firing). Every known code is there, at 0 when all is well.',
  type: 'gauge',
  labels: ['code', 'severity', 'status'],
  series({ pass, verdictTable }) {
    const result = new Tally<'code' | 'severity' | 'status'>()
    if (pass === undefined) return []
    for (const { code, severity } of verdictTable) result.add({ code, severity, status: 'firing' }, 0)
    for (const { code, severity, status } of pass.snapshot.verdicts) result.add({ code, severity, status })
    return result.series()
  },
}

export const verdictOldest: Metric = {
  name: 'shimscope_verdict_oldest_timestamp_seconds',
  help: 'Since when the oldest verdict of this code, pending or firing, has held, as a Unix time.',
  type: 'gauge',
  labels: ['code'],
  *series({ pass }) {
    const oldest = new Map<string, number>()
    for (const { code, since } of pass?.snapshot.verdicts ?? []) {
      const seconds = Date.parse(since) / 1000
      if (!Number.isNaN(seconds)) oldest.set(code, Math.min(seconds, oldest.get(code) ?? Number.POSITIVE_INFINITY))
    }
    for (const [code, value] of oldest) yield { labels: { code }, value }
  },
}

const rank: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 }

export const verdictInfo: Metric = {
  name: 'shimscope_verdict_info',
  help: 'Always 1: which pod and container a firing verdict is about, as far as that is known. The most severe come first when there are too many to name.',
  type: 'gauge',
  labels: ['code', 'namespace', 'pod', 'container'],
  most: 100,
  series({ pass }) {
    const result = new Tally<'code' | 'namespace' | 'pod' | 'container'>()
    const firing = pass?.snapshot.verdicts.filter(({ status }) => status === 'firing') ?? []
    if (pass === undefined || firing.length === 0) return []
    firing.sort((a, b) => rank[a.severity] - rank[b.severity])
    const placeOf = places(pass.snapshot)
    for (const verdict of firing) {
      // Two verdicts may be about the same container, say its former life and this one: one series, or the scrape fails.
      result.max({ code: verdict.code, ...placeOf(verdict) }, 1)
    }
    return result.series()
  },
}

interface Place {
  readonly namespace: string | null
  readonly pod: string | null
  readonly container: string | null
}

/** Where a verdict points in the words of Kubernetes. */
function places({ containers }: Snapshot): (verdict: Verdict) => Place {
  const byKey = new Map(containers.map((container) => [container.key, container]))
  const byId = new Map(containers.map((container) => [container.id, container]))
  const byShim = new Map<string, Container[]>()
  for (const container of containers) {
    if (container.shim === null) continue
    const kept = byShim.get(container.shim)
    if (kept === undefined) byShim.set(container.shim, [container])
    else kept.push(container)
  }
  return ({ subject }) => {
    const kept = subject.kind === 'shim' ? (byShim.get(subject.key ?? '') ?? []) : []
    const container =
      byKey.get(subject.key ?? '') ?? byId.get(subject.id ?? '') ?? (kept.length === 1 ? kept[0] : undefined)
    const pod = (container ?? kept.find(({ pod }) => pod !== null))?.pod ?? null
    return {
      namespace: pod?.namespace ?? null,
      pod: pod === null ? null : (pod.name ?? pod.uid),
      container: container === undefined ? null : (container.name ?? (pod === null ? container.id : null)),
    }
  }
}
