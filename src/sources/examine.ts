import { parseCredentials } from '../core/procfs/credentials.ts'
import { firstNamespace, parseInodeLink } from '../core/procfs/link.ts'
import { parseInnerPids } from '../core/procfs/status.ts'
import { denied, gone, mapReading, type Reading, valueOf } from '../core/model/reading.ts'
import {
  type CapabilityName,
  capabilityNames,
  type Examination,
  type FieldName,
  type Owner,
  type Probe,
  type Tries,
} from '../core/model/sight.ts'
import { text } from './collect-detail.ts'
import { mountOf } from './hiding.ts'
import type { ProcSource } from './proc-source.ts'

/** Processes of one owner that are tried: what is denied of one of root's is denied of the next. */
const MOST_TRIED = 64

/** include/uapi/linux/capability.h */
const bits: Readonly<Record<CapabilityName, bigint>> = {
  CAP_DAC_OVERRIDE: 1n,
  CAP_DAC_READ_SEARCH: 2n,
  CAP_NET_ADMIN: 12n,
  CAP_SYS_PTRACE: 19n,
}

export interface Target {
  readonly pid: number
  readonly isSleeping: boolean
  /** A runtime's process or one that it keeps, as opposed to anybody's. */
  readonly isOfRuntime: boolean
  readonly isShim: boolean
}

interface Trial {
  readonly name: FieldName
  readonly triedOn: 'processes' | 'shims' | 'node'
  readonly probes: readonly Probe[]
}

export interface Reader {
  readonly pid: number
  readonly uid: number | null
  /** Where the procfs is mounted. */
  readonly procfs: string
}

/** Tries what a pass would read, on processes of every owner, and asks the procfs about this reader. */
export function examine(
  source: ProcSource,
  targets: readonly Target[],
  trials: readonly Trial[],
  reader: Reader,
): Examination {
  const self = mapReading(source.link('/proc/self'), (target) => (/^\d+$/.test(target) ? Number(target) : undefined))
  const status = text(source.read('/proc/self/status'))
  const credentials = valueOf(mapReading(status, parseCredentials))
  const innerPids = valueOf(mapReading(status, parseInnerPids))
  const mount = source.kind === 'live' ? mountOf(reader.procfs) : 'unknown'
  return {
    pid: reader.pid,
    uid: reader.uid,
    capabilities:
      credentials === null
        ? null
        : capabilityNames.filter((name) => (credentials.effective & (1n << bits[name])) !== 0n),
    initialUserNamespace: isInitial(source, 'user'),
    initialPidNamespace: isInitial(source, 'pid'),
    self: valueOf(self),
    livesThere: valueOf(self) === reader.pid && innerPids?.length === 1,
    mount: typeof mount === 'object' ? mount : null,
    cgroupVersions: cgroupVersions(source),
    tries: tryAll(source, sampled(source, targets, reader), trials),
  }
}

function isInitial(source: ProcSource, kind: 'user' | 'pid'): boolean | null {
  const inode = valueOf(mapReading(source.link(`/proc/self/ns/${kind}`), parseInodeLink))
  return inode === null ? null : inode === firstNamespace[kind]
}

/** A v1 hierarchy is a directory of its own; the unified one is the top itself, or `unified` on a hybrid host. */
function cgroupVersions(source: ProcSource): Examination['cgroupVersions'] {
  const names = valueOf(source.list('/sys/fs/cgroup'))
  if (names === null) return null
  const v1 = names.includes('freezer') || names.includes('pids') ? (['v1'] as const) : []
  return [...v1, ...(names.includes('cgroup.controllers') || names.includes('unified') ? (['v2'] as const) : [])]
}

/** All of a runtime's processes, and some of every other owner. */
function sampled(source: ProcSource, targets: readonly Target[], { uid }: Reader): Map<Owner, Target[]> {
  const groups = new Map<Owner, Target[]>()
  for (const target of targets) {
    const owner = target.isOfRuntime ? 'runtime' : ownerOf(source, target, uid)
    const group = groups.get(owner) ?? []
    groups.set(owner, group)
    if (owner === 'runtime' || group.length < MOST_TRIED) group.push(target)
  }
  return groups
}

function ownerOf(source: ProcSource, { pid }: Target, uid: number | null): Owner {
  const found = valueOf(mapReading(text(source.read(`/proc/${pid}/status`)), parseCredentials))
  if (found !== null && found.uid === uid) return 'own'
  return found?.uid === 0 ? 'root' : 'others'
}

function tryAll(
  source: ProcSource,
  groups: ReadonlyMap<Owner, readonly Target[]>,
  trials: readonly Trial[],
): Examination['tries'] {
  return new Map(
    trials.map((trial) => [
      trial.name,
      trial.triedOn === 'node'
        ? new Map([['root', countOf([tryOne(source, trial, undefined)])] as const])
        : new Map(
            [...groups].map(([owner, group]) => [
              owner,
              countOf(
                group
                  .filter(({ isShim }) => trial.triedOn === 'processes' || isShim)
                  .map((target) => tryOne(source, trial, target)),
              ),
            ]),
          ),
    ]),
  )
}

const countOf = (outcomes: readonly Reading<unknown>['kind'][]): Tries => ({
  known: outcomes.filter((outcome) => outcome === 'known').length,
  denied: outcomes.filter((outcome) => outcome === 'denied').length,
})

function tryOne(source: ProcSource, trial: Trial, target: Target | undefined): Reading<unknown>['kind'] {
  for (const { how, path } of trial.probes) {
    const at = target === undefined ? path : `/proc/${target.pid}/${path}`
    const reading = trial.name === 'wchan' ? wchan(source, at, target) : source[how](at)
    if (reading.kind !== 'known') return reading.kind
  }
  return 'known'
}

/** Without the right to see it, it reads `0`; so it does for whoever does not sleep. fs/proc/base.c, proc_pid_wchan */
function wchan(source: ProcSource, at: string, target: Target | undefined): Reading<unknown> {
  const name = text(source.read(at))
  if (name.kind !== 'known' || name.value !== '0') return name
  return target?.isSleeping === true ? denied : gone
}
