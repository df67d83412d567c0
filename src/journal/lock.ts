import { lstatSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

/** Not a lock of ours, or no place for one. The message is a sentence without a full stop. */
export class ImpossibleLock extends Error {
  override readonly name = 'ImpossibleLock'
}

export interface Lock {
  release(): Promise<void>
}

/** A path of a socket has 108 bytes, with the zero at its end. unix(7) */
const MOST_PATH_BYTES = 107

/**
 * A socket in the directory that somebody listens at. The kernel ends it with its process, however that dies, and it is
 * heard across pid namespaces, in which a pid says nothing. `undefined`: another process holds it. Two that come in the
 * same moment may both get it: each still writes segments of its own, because no segment is opened twice.
 */
export async function takeLock(directory: string): Promise<Lock | undefined> {
  const path = join(directory, 'lock')
  if (Buffer.byteLength(path) > MOST_PATH_BYTES)
    throw new ImpossibleLock(`its name is too long for a lock in it; give one of at most ${MOST_PATH_BYTES - 5} bytes`)
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found !== undefined) {
    if (!found.isSocket()) throw new ImpossibleLock('it has a file named lock that shimscope did not make')
    if (await somebodyListens(path)) return undefined
    rmSync(path, { force: true })
  }
  const server = createServer((socket) => socket.destroy())
  return await new Promise((resolve, reject) => {
    // Not once: a call that cannot be taken later on, for want of descriptors, is no harm.
    server.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(path, () => {
      server.unref()
      resolve({ release: () => new Promise((done) => server.close(() => done())) })
    })
  })
}

const somebodyListens = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? resolve(false) : reject(error),
    )
  })
