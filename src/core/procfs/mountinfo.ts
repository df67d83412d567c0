import type { BundleMount } from '../model/host.ts'

/**
 * The mount points in `/proc/<pid>/mountinfo` that are the root file system of an OCI bundle of containerd. proc(5).
 * The fifth field is the mount point, with blanks as octal escapes.
 */
export function parseBundleMounts(text: string, source: string): readonly BundleMount[] {
  const mounts: BundleMount[] = []
  for (const line of text.split('\n')) {
    if (!line.includes('/rootfs ')) continue
    const point = line.split(' ', 5)[4]
    if (point === undefined || !point.endsWith('/rootfs')) continue
    const path = point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    mounts.push({ path: path.slice(0, -'/rootfs'.length), source })
  }
  return mounts
}

/** Paths that only containerd makes: roots/…/io.containerd.snapshotter.v1.overlayfs/…, and its CRI plugin's files of a pod. */
const snapshotter = /\/io\.containerd\.snapshotter\.v1\.\w+\//
const sandbox = /\/io\.containerd\.grpc\.v1\.cri\/sandboxes\/([0-9a-f]{64})\//

/** What a container's own mount table says of its origin; `undefined`: nothing of containerd's. */
export function parseOrigin(text: string): { observed: string; sandboxId: string | null } | undefined {
  let root: string | undefined
  for (const line of text.split('\n')) {
    const id = sandbox.exec(line)?.[1]
    if (id !== undefined) {
      const [, , , from, point] = line.split(' ', 5)
      return { observed: `${from} is mounted on ${point}`, sandboxId: id }
    }
    if (root === undefined && line.split(' ', 5)[4] === '/' && snapshotter.test(line)) {
      root = `the root is a snapshot of containerd: ${/\/[^:,=]*io\.containerd\.snapshotter\.v1\.[^:,]*/.exec(line)?.[0]}`
    }
  }
  return root === undefined ? undefined : { observed: root, sandboxId: null }
}
