import type {
  CapabilityName,
  ConnectorTrial,
  CrossCheck,
  Examination,
  FieldName,
  Owner,
  Tries,
  WatchTrial,
} from '../model/sight.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { adviceFor } from './advice.ts'
import { type Field, fields } from './fields.ts'
import { silenced } from './silenced.ts'

export interface FieldSight {
  readonly name: FieldName
  readonly of: string
  readonly tells: string
  readonly needs: readonly CapabilityName[]
  readonly tries: readonly ({ readonly owner: Owner } & Tries)[]
  /** Of whom it matters: the processes of runtimes where there are any. `own`: no other user's process is shown. */
  readonly sight: 'open' | 'partly' | 'closed' | 'own' | 'untried'
  /** Verdict codes that say nothing without it, and those that then sometimes say nothing. */
  readonly silences: readonly string[]
  readonly weakens: readonly string[]
}

/** What one process can and cannot see of a node, what that costs, and what would help: the JSON of `doctor`. */
export interface Diagnosis {
  readonly schema: 'shimscope-doctor/v1'
  readonly node: string
  readonly takenAt: string
  readonly source: Snapshot['pass']['source']
  readonly reader: Pick<Examination, 'pid' | 'uid' | 'capabilities' | 'initialUserNamespace'>
  readonly procfs: {
    readonly path: string
    readonly self: number | null
    readonly hidepid: NonNullable<Examination['mount']>['hidepid'] | null
    /** It shows processes and nothing of the kernel (subset=pid); `null`: not known. */
    readonly pidOnly: boolean | null
    /** Whether it shows all pid namespaces of the node, or one and what is below; `null`: not known. */
    readonly wholeNode: boolean | null
  }
  readonly cgroupfs: { readonly path: string; readonly versions: Examination['cgroupVersions'] }
  readonly wakeUps: {
    /** What begins a pass beside the timer. */
    readonly by: readonly ('connector' | 'inotify')[]
    /** Directories by kind, and those that could not be watched by reason; `null`: not tried, as of a recording. */
    readonly watching: WatchTrial | null
    /** Whether the kernel tells this process of every start and exit, or why not; `null`: not tried. */
    readonly connector: ConnectorTrial | null
  }
  readonly listing: { readonly complete: boolean; readonly processes: number; readonly unreadable: number }
  readonly runtimes: { readonly daemons: readonly string[]; readonly shims: number; readonly containers: number }
  readonly fields: readonly FieldSight[]
  readonly silent: readonly string[]
  readonly weaker: readonly string[]
  readonly advice: readonly string[]
  readonly crossChecks: readonly CrossCheck[]
}

export interface Findings {
  readonly examination: Examination
  readonly snapshot: Snapshot
  /** Only the node's own pid namespace has them, and everybody may see them unless processes are hidden. */
  readonly showsKernelThreads: boolean
  readonly paths: { readonly procfs: string; readonly cgroupfs: string }
  /** `null`: not tried. */
  readonly watching: WatchTrial | null
  readonly connector: ConnectorTrial | null
  readonly crossChecks: readonly CrossCheck[]
}

export function diagnose(findings: Findings): Diagnosis {
  const { examination, snapshot, showsKernelThreads, paths, watching, connector, crossChecks } = findings
  const { pid, uid, capabilities, initialUserNamespace, self, mount, cgroupVersions } = examination
  const { pass } = snapshot
  const unreadable = pass.denied['stat'] ?? 0
  const sights = fields.map((field) => sightOf(field, examination, field.name === 'stat' && !pass.complete))
  const silent = union(sights.map(({ silences }) => silences))
  const diagnosis = {
    schema: 'shimscope-doctor/v1' as const,
    node: snapshot.node,
    takenAt: snapshot.takenAt,
    source: pass.source,
    reader: { pid, uid, capabilities, initialUserNamespace },
    procfs: {
      path: paths.procfs,
      self,
      hidepid: mount?.hidepid ?? null,
      pidOnly: mount?.pidOnly ?? null,
      wholeNode: pass.source === 'archive' ? null : isWholeNode(examination, showsKernelThreads),
    },
    cgroupfs: { path: paths.cgroupfs, versions: cgroupVersions },
    wakeUps: {
      by: [
        ...(connector === 'heard' ? (['connector'] as const) : []),
        ...(watching !== null && watching.watched.cgroup > 0 ? (['inotify'] as const) : []),
      ],
      watching,
      connector,
    },
    listing: { complete: pass.complete, processes: pass.processes, unreadable },
    runtimes: {
      daemons: snapshot.daemons.map(({ runtime }) => runtime).sort(),
      shims: snapshot.shims.length,
      containers: snapshot.containers.length,
    },
    fields: sights,
    silent,
    weaker: union(sights.map(({ weakens }) => weakens)).filter((code) => !silent.includes(code)),
    crossChecks,
  }
  return { ...diagnosis, advice: pass.source === 'archive' ? [] : adviceFor(diagnosis) }
}

function sightOf({ name, of, tells, needs }: Field, { tries: all, uid }: Examination, isHidden: boolean): FieldSight {
  const tries = [...(all.get(name) ?? [])]
    .map(([owner, tried]) => ({ owner, ...tried }))
    .filter(({ known, denied }) => known + denied > 0)
  const ofRuntimes = tries.filter(({ owner }) => owner === 'runtime')
  const counted = ofRuntimes.length > 0 ? ofRuntimes : tries
  const isOwnOnly = uid !== 0 && counted.every(({ owner }) => owner === 'own')
  const known = counted.reduce((sum, tried) => sum + tried.known, 0)
  const denied = counted.reduce((sum, tried) => sum + tried.denied, isHidden ? 1 : 0)
  const sight =
    known + denied === 0 ? 'untried' : denied > 0 ? (known === 0 ? 'closed' : 'partly') : isOwnOnly ? 'own' : 'open'
  const cost = denied === 0 ? undefined : silenced[name]
  return { name, of, tells, needs, tries, sight, silences: cost?.always ?? [], weakens: cost?.sometimes ?? [] }
}

function isWholeNode({ initialPidNamespace, livesThere, mount }: Examination, showsKernelThreads: boolean) {
  if (showsKernelThreads || (livesThere && initialPidNamespace === true)) return true
  return mount === null || mount.hidepid === 'off' ? false : null
}

const union = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())].sort()
