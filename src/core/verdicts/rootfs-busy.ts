import { baseName, directoryOf } from '../model/path.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { shortId } from './shim-evidence.ts'

const MOST_SHOWN = 5

/** A process stands in the root of a container that has ended: it cannot be unmounted, and the container not deleted. */
export const rootfsBusy: VerdictRule = {
  code: 'rootfs-busy',
  severity: 'warning',
  title: "a process that holds an ended container's root file system",
  resembles: ['containerd/containerd#4020', 'containerd/containerd#11674', 'google/gvisor#9834'],
  yieldsTo: ['shim-wedged'],
  judge: ({ host, containers, containerOf, tree }) =>
    host.staleRootfs.flatMap(({ path, mountPoint, source, holders }) => {
      const container = containers.find(({ bundle }) => bundle?.path === path)
      // Its own processes have other faults; here it is somebody from outside.
      const outside = holders.filter(
        ({ key }) => containerOf.get(key) === undefined || containerOf.get(key) !== container,
      )
      const [first] = outside.flatMap(({ key }) => tree.nodes.get(key) ?? [])
      if (first === undefined || (container !== undefined && container.init !== null)) return []
      const { pid, comm } = first.process
      return {
        subject: { kind: 'mount', key: mountPoint, id: mountPoint },
        severity: 'warning',
        summary: `${comm} (pid ${pid}) holds the root file system of container ${shortId(nameOf(path))}, which has ended`,
        evidence: [
          ...outside.slice(0, MOST_SHOWN).map(({ key, by, path: at }) => ({
            source: `readlink /proc/${key.slice(0, key.indexOf('@'))}/${by}`,
            observed: at,
          })),
          { source: `grep ${mountPoint} ${source}`, observed: 'mounted' },
        ],
        next: `Let that process leave the directory, or end in its own way. Then the container can be deleted; until then its daemon tries in vain ("device or resource busy").`,
        witnesses: outside.map(({ key }) => key),
        explains: [path, directoryOf(path), ...(container?.shim == null ? [] : [container.shim.node.process.key])],
      }
    }),
}

/** A bundle that is being removed has a dot before its name. */
const nameOf = (path: string): string => baseName(path).replace(/^\./, '')
