import type { Process, Snapshot } from '../../../src/core/model/snapshot.ts'

/**
 * Where two views of one node differ: what is there, what it is, and whose it is. Measurements and connections have a
 * rhythm of their own, and a process that only one of two looks can have seen is left out: the looking one itself.
 */
export function drift(kept: Snapshot, fresh: Snapshot): string[] {
  const [ours, theirs] = [identities(kept), identities(fresh)]
  return [
    ...[...ours].filter((line) => !theirs.has(line)).map((line) => `only the daemon: ${line}`),
    ...[...theirs].filter((line) => !ours.has(line)).map((line) => `only a fresh look: ${line}`),
  ]
}

function identities({ daemons, shims, containers, verdicts, processes = [] }: Snapshot): Set<string> {
  return new Set([
    ...daemons.map((daemon) => `daemon ${JSON.stringify(daemon)}`),
    ...shims.map(
      ({ rssBytes: _, threads: __, cpuSeconds: ___, connections: ____, unaccepted: _____, ...shim }) =>
        `shim ${JSON.stringify(shim)}`,
    ),
    ...containers.map(
      ({ rssBytes: _, threads: __, cpuSeconds: ___, processes: ____, zombies: _____, ...container }) =>
        `container ${JSON.stringify(container)}`,
    ),
    ...verdicts.map(
      ({ key, status, severity, summary }) => `verdict ${JSON.stringify({ key, status, severity, summary })}`,
    ),
    ...processes.filter((process) => !isLooking(process)).map(identityOf),
  ])
}

/** A process may run or wait by now, and its threads come and go. */
const identityOf = ({ threads: _, state, ...process }: Process): string =>
  `process ${JSON.stringify({ ...process, isZombie: state === 'Z' })}`

const isLooking = ({ argv }: Process): boolean =>
  argv.includes('snapshot') && argv.some((argument) => argument.endsWith('/main.js'))
