import { valueOf } from '../model/reading.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { shortId } from './shim-evidence.ts'

/** A bundle holds about a dozen names, and one more for each session that lasts. */
const MANY_FILES = 500
const MOST_SHOWN = 5

/** What nobody tidies away lies in memory, for /run is a tmpfs, and its inodes run out before its bytes do. */
export const bundleLitter: VerdictRule = {
  code: 'bundle-litter',
  severity: 'warning',
  title: 'bundles that fill up with files, or whose removal was given up',
  resembles: ['google/gvisor#6225', 'containerd/containerd#11674'],
  yieldsTo: ['rootfs-busy', 'shim-wedged'],
  judge: ({ host }) => [
    ...host.bundles
      .filter(({ files }) => (valueOf(files) ?? 0) > MANY_FILES)
      .map(({ id, path, source }) => ({
        subject: { kind: 'bundle' as const, key: path, id },
        severity: 'warning' as const,
        summary: `the bundle of container ${shortId(id)} fills up with files`,
        evidence: [{ source: `ls ${source} | wc -l`, observed: `more than ${MANY_FILES}` }],
        next: 'Each session (kubectl exec, an exec probe) may leave a file there. df -i /run shows how many inodes are left; replacing the pod removes the bundle with all that is in it.',
      })),
    ...[...remnantsByDirectory(host.bundleRemnants)].map(([directory, remnants]) => ({
      subject: { kind: 'bundle' as const, key: directory, id: directory },
      severity: 'warning' as const,
      summary: `${directory} holds bundles whose removal was begun and given up`,
      evidence: remnants.slice(0, MOST_SHOWN).map(({ source }) => ({
        source: `ls -d ${source}`,
        observed: 'a name with a dot: renamed to be removed, and still there',
      })),
      next: 'The daemon skips such names when it starts, so nobody comes back for them. See what keeps them (a mount, a file in use) before they are removed by hand.',
      witnesses: remnants.map(({ path }) => path),
    })),
  ],
}

function remnantsByDirectory<R extends { readonly path: string }>(remnants: readonly R[]): ReadonlyMap<string, R[]> {
  const groups = new Map<string, R[]>()
  for (const remnant of remnants) {
    const directory = remnant.path.slice(0, remnant.path.lastIndexOf('/'))
    const group = groups.get(directory)
    if (group === undefined) groups.set(directory, [remnant])
    else group.push(remnant)
  }
  return groups
}
