import type { FileFacts } from '../../src/core/model/process.ts'
import { gone, known, malformed, type Reading } from '../../src/core/model/reading.ts'
import type { BundleDescription, ConfigDescription, NodeDescription } from './node.ts'

/** The files of one mount namespace that a node's description names. */
export interface FileTree {
  /** Mount points of containers' roots. */
  readonly mounts: readonly string[]
  read(path: string): Reading<Buffer>
  list(path: string): Reading<readonly string[]>
  facts(path: string, takenAtMs: number): Reading<FileFacts>
}

export function filesOf(node: NodeDescription): (mntns: string) => FileTree {
  const trees = new Map<string, Map<string, string | null>>()
  const mounts = new Map<string, string[]>()
  const filesIn = (mntns: string) => {
    const files = trees.get(mntns) ?? new Map<string, string | null>()
    trees.set(mntns, files)
    return files
  }
  for (const [path, text] of Object.entries(node.files ?? {})) filesIn('node').set(path, text)
  for (const [path, text] of freezers(node)) if (!filesIn('node').has(path)) filesIn('node').set(path, text)
  for (const bundle of node.bundles ?? []) {
    const mntns = bundle.mntns ?? 'node'
    for (const [name, text] of bundleFiles(bundle)) filesIn(mntns).set(`${bundle.path}/${name}`, text)
    if (bundle.mounted !== false) mounts.set(mntns, [...(mounts.get(mntns) ?? []), `${bundle.path}/rootfs`])
  }
  return (mntns) => treeOf(trees.get(mntns) ?? new Map(), mounts.get(mntns) ?? [])
}

/** A `null` is a directory. */
function treeOf(files: ReadonlyMap<string, string | null>, mounts: readonly string[]): FileTree {
  const below = (path: string): ReadonlySet<string> => {
    const start = path === '/' ? '/' : `${path}/`
    const names = [...files.keys()].filter((file) => file.startsWith(start))
    return new Set(names.map((file) => file.slice(start.length).split('/', 1)[0] as string))
  }
  return {
    mounts,
    read(path) {
      const text = files.get(path)
      if (typeof text === 'string') return known(Buffer.from(text))
      return text === null || below(path).size > 0 ? malformed('not a regular file') : gone
    },
    list(path) {
      const names = below(path)
      return names.size > 0 || files.get(path) === null ? known([...names].sort()) : gone
    },
    facts(path, takenAtMs) {
      if (!files.has(path) && below(path).size === 0) return gone
      return known({ inode: numberOf(path), nlink: 2, changedMs: takenAtMs - 3_600_000 })
    },
  }
}

function bundleFiles({ config, initPid, files }: BundleDescription): Map<string, string | null> {
  return new Map<string, string | null>([
    ...(config === null ? [] : [['config.json', configText(config ?? {})] as const]),
    ['rootfs', null],
    ...(initPid === undefined ? [] : [['init.pid', String(initPid)] as const]),
    ...Object.entries(files ?? {}),
  ])
}

/** As runtime-spec writes it. */
function configText({ args, annotations, cgroupsPath, hostname, ownPidNamespace = true }: ConfigDescription): string {
  return JSON.stringify({
    ociVersion: '1.0.2',
    process: { args: args ?? ['sh'] },
    root: { path: 'rootfs' },
    ...(hostname === undefined ? {} : { hostname }),
    annotations: annotations ?? {},
    linux: {
      ...(cgroupsPath === undefined ? {} : { cgroupsPath }),
      namespaces: ownPidNamespace ? [{ type: 'pid' }] : [],
    },
  })
}

/** Every cgroup of the node has one, and most are not frozen. */
function freezers(node: NodeDescription): [string, string][] {
  const paths = new Set(node.processes.flatMap(({ cgroup }) => (cgroup?.startsWith('/') === true ? [cgroup] : [])))
  return [...paths].map((path) => {
    const frozen = node.frozen?.includes(path) === true
    return (node.cgroups ?? 'v2') === 'v2'
      ? [`/sys/fs/cgroup${path}/cgroup.events`, `populated 1\nfrozen ${frozen ? 1 : 0}\n`]
      : [`/sys/fs/cgroup/freezer${path}/freezer.state`, frozen ? 'FROZEN\n' : 'THAWED\n']
  })
}

/** A number that stays the same for the same text: inodes and the like. FNV-1a */
export function numberOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return 1_000 + (hash % 9_000_000)
}
