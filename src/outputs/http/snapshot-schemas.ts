import * as T from 'typebox'
import type { ProcessKey } from '../../core/model/process.ts'
import type { Pod } from '../../core/model/snapshot.ts'
import {
  closed,
  count,
  countOrNull,
  countsByName,
  list,
  measure,
  measureOrNull,
  text,
  textOrNull,
  time,
  word,
  yesNoOrNull,
} from './shapes.ts'

/*
 * The public JSON as JSON Schema. The serialiser leaves out what is not declared here, and a test
 * does not compile unless the model has exactly these fields.
 */

export const processKey = T.Unsafe<ProcessKey>({
  type: 'string',
  pattern: '^[0-9]+@[0-9]+$',
  description: 'pid@startTicks',
})
const processKeyOrNull = T.Unsafe<ProcessKey | null>({ type: ['string', 'null'], description: 'pid@startTicks' })

export const pass = closed({
  source: word('live', 'archive', 'ps'),
  durationMs: measure,
  processes: count,
  threads: count,
  complete: T.Boolean(),
  reads: closed({ known: count, gone: count, denied: count, malformed: count }),
  denied: countsByName,
})

export const daemon = closed({
  key: processKey,
  pid: count,
  ppid: count,
  runtime: text,
  addresses: list(text),
  startedAt: time,
  state: word('listening', 'starting', 'unknown'),
  within: textOrNull,
})

export const shim = closed({
  key: processKey,
  pid: count,
  ppid: count,
  runtime: text,
  generation: word('v0', 'v1', 'v2', 'conmon', 'other'),
  containerdNamespace: textOrNull,
  id: textOrNull,
  address: textOrNull,
  daemon: processKeyOrNull,
  socket: textOrNull,
  connections: countOrNull,
  unaccepted: countOrNull,
  bundle: textOrNull,
  bundleDeleted: yesNoOrNull,
  binaryReplaced: yesNoOrNull,
  parentage: word('daemon', 'init', 'other'),
  relation: word('one-to-one', 'pod', 'sandbox-only', 'empty', 'starting', 'vm'),
  supervision: word('managed', 'orphaned', 'unknown'),
  containers: list(text),
  within: textOrNull,
  startedAt: time,
  rssBytes: countOrNull,
  threads: countOrNull,
  cpuSeconds: measureOrNull,
})

export const pod = closed({ uid: text, name: textOrNull, namespace: textOrNull })
const podOrNull = T.Unsafe<Pod | null>({ ...pod, type: ['object', 'null'] })

export const container = closed({
  key: text,
  id: text,
  containerdNamespace: textOrNull,
  runtime: text,
  role: word('sandbox', 'container'),
  shim: processKeyOrNull,
  initPid: countOrNull,
  chain: list(text),
  state: word('creating', 'created', 'running', 'paused', 'stopped', 'unknown'),
  name: textOrNull,
  image: textOrNull,
  pod: podOrNull,
  cgroup: textOrNull,
  processes: count,
  threads: countOrNull,
  zombies: count,
  execs: list(count),
  within: textOrNull,
  startedAt: T.Unsafe<string | null>({ type: ['string', 'null'], description: 'ISO 8601, UTC' }),
  rssBytes: countOrNull,
  cpuSeconds: measureOrNull,
})

export const subject = closed({
  kind: word('shim', 'container', 'daemon', 'process', 'cgroup', 'bundle', 'mount', 'node'),
  key: T.Optional(text),
  id: T.Optional(text),
  pid: T.Optional(count),
})

export const evidence = closed({ source: text, observed: text })

export const verdict = closed({
  key: text,
  code: text,
  severity: word('info', 'warning', 'critical'),
  status: word('pending', 'firing'),
  since: time,
  subject,
  summary: text,
  evidence: list(evidence),
  resembles: list(text),
  next: text,
})

export const process = closed({
  key: processKey,
  pid: count,
  ppid: count,
  role: text,
  comm: text,
  argv: list(text),
  state: text,
  container: textOrNull,
  shim: processKeyOrNull,
  threads: countOrNull,
  startedAt: time,
})

export const snapshot = closed({
  schema: word('shimscope/v1'),
  node: text,
  bootId: text,
  run: text,
  seq: count,
  takenAt: time,
  pass,
  daemons: list(daemon),
  shims: list(shim),
  containers: list(container),
  verdicts: list(verdict),
  processes: T.Optional(list(process)),
})
