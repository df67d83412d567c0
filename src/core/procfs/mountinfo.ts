import type { BundleMount, Origin } from '../model/host.ts'

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

/** Where containers/storage keeps what belongs to a container. containers/storage store.go, ContainerDirectory */
const storageFile = /^(\/(?:[^/]+\/)*[a-z0-9]+-containers)\/([0-9a-f]{64})\/userdata\/[^/]+$/

/** Paths that only containerd makes: roots/…/io.containerd.snapshotter.v1.overlayfs/…, and its CRI plugin's files of a pod. */
const snapshotter = /\/io\.containerd\.snapshotter\.v1\.\w+\//
const sandbox = /\/io\.containerd\.grpc\.v1\.cri\/sandboxes\/([0-9a-f]{64})\//

export type MountOrigin = Omit<Origin, 'key' | 'source'> & {
  /** Of containers/storage: the directory of all containers, in the file system of that device. */
  readonly storage?: { readonly device: string; readonly path: string }
}

/** What a container's own mount table says of its origin; `undefined`: nothing that we know. */
export function parseOrigin(text: string): MountOrigin | undefined {
  let root: string | undefined
  let stored: MountOrigin | undefined
  for (const line of text.split('\n')) {
    const id = sandbox.exec(line)?.[1]
    if (id !== undefined) {
      const [, , , from, point] = line.split(' ', 5)
      return { observed: `${from} is mounted on ${point}`, madeBy: 'containerd', sandboxId: id }
    }
    if (stored === undefined && line.includes('/userdata/')) stored = storedOrigin(line)
    if (root === undefined && line.split(' ', 5)[4] === '/' && snapshotter.test(line)) {
      root = `the root is a snapshot of containerd: ${snapshotIn(line)}`
    }
  }
  return root === undefined ? stored : { observed: root, madeBy: 'containerd', sandboxId: null }
}

/** The directory in the options of an overlay. Looked for from its name outwards: a stranger's mounts have long lines. */
function snapshotIn(line: string): string {
  const name = line.indexOf('io.containerd.snapshotter.v1.')
  const start = Math.max(...[':', ',', '='].map((mark) => line.lastIndexOf(mark, name))) + 1
  const path = line.slice(line.indexOf('/', start))
  return path.split(/[:,]/, 1)[0] ?? path
}

function storedOrigin(line: string): MountOrigin | undefined {
  const [, , device = '', from = '', point] = line.split(' ', 5)
  const directory = storageFile.exec(from)?.[1]
  if (directory === undefined) return undefined
  return {
    observed: `${from} is mounted on ${point}`,
    madeBy: 'containers/storage',
    sandboxId: null,
    storage: { device, path: directory },
  }
}

/** Where a path in the file system of a device is to be found, going by a mount table; `undefined`: nowhere. */
export function mountedAt(
  table: string,
  { device, path }: { readonly device: string; readonly path: string },
): string | undefined {
  for (const line of table.split('\n')) {
    const [, , of, root = '', point = ''] = line.split(' ', 5)
    if (of !== device || point.includes('\\')) continue
    if (root === '/') return point === '/' ? path : point + path
    if (path === root || path.startsWith(`${root}/`)) return point + path.slice(root.length)
  }
  return undefined
}
