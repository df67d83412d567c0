import type { EventFacts, Survivor } from '../model/event.ts'
import { containerName } from './container-name.ts'
import type { Container, Daemon, Pod, Shim, Snapshot, Verdict } from '../model/snapshot.ts'

/** The two snapshots that an event lies between. */
export interface Between {
  readonly previous: Snapshot
  readonly next: Snapshot
}

/** @param replaced the process that this daemon took the place of, if that is known */
export const startFacts = (started: Daemon, replaced: Daemon | undefined, between: Between): EventFacts => ({
  program: started.runtime,
  ...(replaced !== undefined && {
    replaces: { key: replaced.key, pid: replaced.pid },
    ...shimsOf(replaced, between),
  }),
})

export const stopFacts = (stopped: Daemon, between: Between): EventFacts => ({
  program: stopped.runtime,
  ...shimsOf(stopped, between),
})

/** Whom it let go of before is not among them, and who went with it neither. */
function shimsOf({ key }: Daemon, { previous, next }: Between): EventFacts {
  if (!next.pass.complete) return {}
  const living = new Set(next.shims.map((shim) => shim.key))
  const shims = previous.shims
    .filter((shim) => shim.daemon === key && shim.supervision !== 'orphaned' && living.has(shim.key))
    .map((shim) => shim.key)
  return shims.length === 0 ? {} : { shims }
}

export function shimFacts(before: Shim | undefined, after: Shim | undefined, between: Between): EventFacts {
  const shim = after ?? before
  const { containers } = after === undefined ? between.previous : between.next
  const pod = containers.find((container) => container.shim === shim?.key && container.pod !== null)?.pod
  return {
    ...(pod && { pod }),
    ...(shim?.bundleDeleted === true && { bundleDeleted: true }),
    ...(after === undefined &&
      outlivedBy(keptBy(before, between.previous), between.next, (left) => left.shim === null)),
  }
}

/** Whose the shim was until now. */
export const orphanFacts = (before: Shim | undefined, after: Shim): EventFacts => {
  const daemon = before?.daemon ?? after.daemon
  return daemon === null ? {} : { daemon }
}

export const adoptionFacts = ({ daemon }: Shim): EventFacts => (daemon === null ? {} : { daemon })

const keptBy = (shim: Shim | undefined, { containers }: Snapshot): readonly Container[] =>
  shim === undefined ? [] : containers.filter((container) => container.shim === shim.key)

export function containerFacts(before: Container | undefined, after: Container | undefined): EventFacts {
  const container = after ?? before
  if (container === undefined) return {}
  const shim = after?.shim ?? before?.shim ?? null
  const { role, name, pod } = container
  return { role, ...(name !== null && { name }), ...(pod !== null && { pod }), ...(shim !== null && { shim }) }
}

/** Of a sandbox: whom of its pod it leaves behind. */
export const sandboxExitFacts = ({ role, pod, key }: Container, { previous, next }: Between): EventFacts =>
  role === 'sandbox' && pod !== null
    ? outlivedBy(
        previous.containers.filter((container) => container.key !== key && isOfPod(container, pod)),
        next,
        () => true,
      )
    : {}

const isOfPod = ({ pod }: Container, { uid }: Pod): boolean => pod?.uid === uid

/** Those whose first process is the same as before. */
function outlivedBy(kept: readonly Container[], next: Snapshot, still: (left: Container) => boolean): EventFacts {
  if (kept.length === 0 || !next.pass.complete) return {}
  const left = kept.flatMap((container): Survivor[] => {
    const { key, initPid, startedAt } = container
    const now = next.containers.find((container) => container.key === key)
    const lives = now !== undefined && now.state !== 'stopped' && now.initPid !== null
    return lives && now.initPid === initPid && now.startedAt === startedAt && still(now)
      ? [{ key, pid: now.initPid, called: containerName(now) }]
      : []
  })
  return left.length === 0 ? {} : { outlivedBy: left }
}

/** A verdict on a daemon names its pid or, where that has ended, its address. */
export function verdictFacts({ code, subject }: Verdict, { previous, next }: Between): EventFacts {
  const named = (daemons: readonly Daemon[]): readonly Daemon[] =>
    daemons.filter(({ pid, addresses }) => pid === subject.pid || addresses.includes(subject.id ?? ''))
  const [meant, ...others] =
    subject.kind !== 'daemon'
      ? []
      : ([named(next.daemons), named(previous.daemons)].find((found) => found.length > 0) ?? [])
  return { code, ...(meant !== undefined && others.length === 0 && { daemon: meant.key }) }
}
