import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  type Stats,
  statSync,
} from 'node:fs'

/** A directory that a process works in or sees, or a path below it: whatever is there may be a stranger's making. */
export interface Beneath {
  /** `/proc/<pid>/cwd` or `/proc/<pid>/root`: links of the kernel's, and to be followed. */
  readonly start: string
  readonly names: readonly string[]
  /**
   * Below a root, links are part of the system that it is the root of (`/var/run`), and mean what they mean to the
   * process: an absolute one begins at its root. In and beside a bundle nobody has reason to put any.
   */
  readonly links: 'within' | 'refused'
}

export function beneathOf(path: string): Beneath | undefined {
  const [, start, kind, below] = /^(\/proc\/\d+\/(cwd|root))((?:\/.*)?)$/.exec(path) ?? []
  if (start === undefined || below === undefined) return undefined
  const names = below.split('/').filter((name) => name !== '')
  return { start, names, links: kind === 'root' ? 'within' : 'refused' }
}

/** O_PATH: a place in the tree, without opening what is there; no fifo waits, no device notices. open(2) */
const O_PATH = 0o10000000
const DIRECTORY = O_PATH | constants.O_DIRECTORY
/** The kernel's own limit. path_resolution(7) */
const MOST_LINKS = 40
/** A tmpfs directory takes 20 bytes a name: no bundle has that many, and listing more could take all memory. */
const LARGEST_DIRECTORY_BYTES = 16 * 1024 * 1024

/** @param flags with O_NOFOLLOW: what stands last must be no link. */
export function openFileBeneath({ start, names, links }: Beneath, flags: number): number {
  if (links === 'refused' && namesOnlyItsLast(names)) return openSync([start, ...names].join('/'), flags)
  const directory = openBeneath(start, names.slice(0, -1), links)
  try {
    return openSync(atDescriptor(directory, names.at(-1) ?? '.'), flags)
  } finally {
    closeSync(directory)
  }
}

export function listBeneath({ start, names, links }: Beneath): string[] {
  if (links === 'refused' && names.every((name) => name === '..')) return listUnlinked([start, ...names].join('/'))
  const directory = openBeneath(start, names, links)
  try {
    if (fstatSync(directory).size > LARGEST_DIRECTORY_BYTES) throw errnoOf('EFBIG', start)
    return readdirSync(atDescriptor(directory, '.'))
  } finally {
    closeSync(directory)
  }
}

export function factsBeneath({ start, names, links }: Beneath): Stats {
  if (links === 'refused' && namesOnlyItsLast(names)) return factsUnlinked(start, names)
  const place = openBeneath(start, names, links, O_PATH)
  try {
    return fstatSync(place)
  } finally {
    closeSync(place)
  }
}

/** Above a directory are directories, so that only what stands last may be a link: the kernel need be asked but once. */
const namesOnlyItsLast = (names: readonly string[]): boolean => names.slice(0, -1).every((name) => name === '..')

function listUnlinked(path: string): string[] {
  if (statSync(path).size > LARGEST_DIRECTORY_BYTES) throw errnoOf('EFBIG', path)
  return readdirSync(path)
}

function factsUnlinked(start: string, names: readonly string[]): Stats {
  const facts = lstatSync(`${start}/${names.join('/')}`)
  if (facts.isSymbolicLink()) throw errnoOf('ELOOP', start)
  return facts
}

/**
 * Opens a directory, component by component, so that nothing that somebody puts or swaps in there leads out. openat2(2)
 * has RESOLVE_IN_ROOT and RESOLVE_NO_SYMLINKS for this, and Node has not openat2.
 *
 * @param last what the last component may be: a directory, or anything.
 * @returns a descriptor that is good for looking further and for fstat; the caller closes it.
 * @throws what open(2) answers; ELOOP for a link that is refused
 */
function openBeneath(start: string, names: readonly string[], links: Beneath['links'], last = DIRECTORY): number {
  const places = [openSync(start, DIRECTORY)]
  const ahead = [...names].reverse()
  let followed = 0
  try {
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      if (name === '' || name === '.') continue
      if (name === '..' && links === 'within') {
        leave(places)
        continue
      }
      const target = enter(places, name, ahead.length === 0 ? last : DIRECTORY)
      if (target === undefined) continue
      followed += 1
      if (links === 'refused' || followed > MOST_LINKS) throw errnoOf('ELOOP', start)
      if (target.startsWith('/')) while (places.length > 1) leave(places)
      ahead.push(...target.split('/').reverse())
    }
    return places.pop() as number
  } finally {
    for (const place of places) closeSync(place)
  }
}

/** Above a root is the root. */
function leave(places: number[]): void {
  if (places.length > 1) closeSync(places.pop() as number)
}

/** @returns the target, when it is a link and so was not entered. */
function enter(places: number[], name: string, flags: number): string | undefined {
  const path = atDescriptor(places.at(-1) as number, name)
  let place: number
  try {
    place = openSync(path, flags | constants.O_NOFOLLOW)
  } catch (error) {
    // O_DIRECTORY refuses a link as no directory, and a file just so; only a link can be read as one.
    const target = (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? linkAt(path) : undefined
    if (target === undefined) throw error
    return target
  }
  // O_PATH alone opens a link as what it is.
  const target = flags === O_PATH && fstatSync(place).isSymbolicLink() ? linkAt(path) : undefined
  if (target === undefined) places.push(place)
  else closeSync(place)
  return target
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined // a file, a fifo, a device
  }
}

/** How an open descriptor is named, so that what follows is looked up from it and from nowhere else. proc(5) */
const atDescriptor = (fd: number, name: string): string => `/proc/self/fd/${fd}/${name}`

const errnoOf = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code })
