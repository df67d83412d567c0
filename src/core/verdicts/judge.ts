import type { Forest } from '../model/forest.ts'
import type { Memory, Past } from '../model/memory.ts'
import type { Verdict } from '../model/snapshot.ts'
import type { Finding, Silence, VerdictRule } from '../model/verdict.ts'
import { shapesForest } from '../model/host.ts'
import { livesOf } from './daemon-lives.ts'

export interface Judgement {
  /** Sorted by key. */
  readonly verdicts: readonly Verdict[]
  /** Verdict witness to the uptime, in ms, since which its condition has lasted. */
  readonly since: ReadonlyMap<string, number>
  readonly daemonLives: Memory['daemonLives']
  /** All that rules found, also what others say better, or what is not yet worth saying. */
  readonly findings: readonly Finding[]
  readonly silence: Silence
}

/** What is wrong, the most specific cause only, and since when. */
export function judge(forest: Forest, rules: readonly VerdictRule[], memory: Memory, bootedAtMs: number): Judgement {
  const daemonLives = livesOf(forest, memory.daemonLives)
  const { found, silent } = askAll(forest, rules, { daemonLives, measured: memory.measured }, memory.silence)
  const explainedBy = new Map<string, Set<string>>()
  for (const { rule, finding } of found) {
    for (const key of [keyOf(finding), ...(finding.explains ?? [])]) {
      const codes = explainedBy.get(key)
      if (codes === undefined) explainedBy.set(key, new Set([rule.code]))
      else codes.add(rule.code)
    }
  }

  const since = new Map<string, number>()
  const told = new Set<string>()
  const verdicts = found.flatMap(({ rule, finding }) => {
    const codes = explainedBy.get(keyOf(finding))
    if (rule.yieldsTo.some((code) => codes?.has(code) === true)) return []
    const key = `${rule.code}:${keyOf(finding)}`
    // A client of the feed keeps one verdict for a key, and an event is told of each that comes.
    if (told.has(key)) return []
    told.add(key)
    const begunMs = beginning(forest, memory, key, finding, since)
    if (forest.host.uptimeMs - begunMs < (finding.settleMs ?? 0)) return []
    return verdictOf(rule, key, finding, begunMs, forest.host.uptimeMs, memory.graceMs, bootedAtMs)
  })
  return {
    verdicts: verdicts.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
    since,
    daemonLives,
    findings: found.map(({ finding }) => finding),
    silence: { tree: forest.tree, rules: silent },
  }
}

/** On a healthy node hardly a rule comes to ask what time it is: of a forest that stands, most need not be asked again. */
function askAll(forest: Forest, rules: readonly VerdictRule[], past: Omit<Past, 'usageOf'>, before: Silence | null) {
  const found: { readonly rule: VerdictRule; readonly finding: Finding }[] = []
  const silent = new Set<VerdictRule>()
  const noted = noting(forest, past)
  for (const rule of rules) {
    const isSilent = before?.tree === forest.tree && before.rules.has(rule)
    noted.hasAsked = false
    const findings = isSilent ? [] : rule.judge(noted.forest, noted.past)
    for (const finding of findings) found.push({ rule, finding })
    if (findings.length === 0 && !noted.hasAsked) silent.add(rule)
  }
  return { found, silent }
}

const passing = Object.entries(shapesForest).flatMap(([name, shapes]) => (shapes ? [] : [name]))

/** The same forest and past, that note whether anything was asked of them which changes while the forest stands. */
function noting(forest: Forest, before: Omit<Past, 'usageOf'>) {
  const past: Past = {
    ...before,
    usageOf: ({ usage }) => {
      noted.hasAsked = true
      return usage
    },
  }
  const noted = { hasAsked: false, forest: { ...forest, host: { ...forest.host } }, past }
  const noteOn = (target: object, names: readonly string[]) => {
    for (const name of names) {
      const value: unknown = target[name as keyof typeof target]
      const get = () => {
        noted.hasAsked = true
        return value
      }
      Object.defineProperty(target, name, { get, enumerable: true })
    }
  }
  noteOn(noted.forest.host, passing)
  noteOn(noted.past, ['daemonLives', 'measured'] satisfies (keyof Past)[])
  return noted
}

const keyOf = ({ subject }: Finding): string => subject.key ?? subject.id ?? String(subject.pid ?? subject.kind)

/** The uptime since which the longest lasting witness has held; what can be proven counts before what was watched. */
function beginning(forest: Forest, memory: Memory, key: string, finding: Finding, since: Map<string, number>): number {
  const { uptimeMs } = forest.host
  // A clock that was set forward makes everything written before look old.
  const proven = Math.max(uptimeMs - (finding.provenAgeMs ?? 0), memory.clockSetAtUptimeMs ?? 0)
  let earliest = uptimeMs
  for (const witness of finding.witnesses ?? ['']) {
    const name = `${key} ${witness}`
    // What was said once stays: a proof is measured anew at each pass, and clocks differ by a little.
    const begunMs = memory.since.get(name) ?? Math.max(0, Math.min(uptimeMs, proven))
    since.set(name, begunMs)
    earliest = Math.min(earliest, begunMs)
  }
  return earliest
}

function verdictOf(
  rule: VerdictRule,
  key: string,
  finding: Finding,
  begunMs: number,
  uptimeMs: number,
  graceMs: number,
  bootedAtMs: number,
): Verdict {
  return {
    key,
    code: rule.code,
    severity: finding.severity,
    status: uptimeMs - begunMs >= graceMs ? 'firing' : 'pending',
    since: new Date(bootedAtMs + begunMs).toISOString(),
    subject: finding.subject,
    summary: finding.summary,
    evidence: finding.evidence,
    resembles: rule.resembles,
    next: finding.next,
  }
}
