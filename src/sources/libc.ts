import { createRequire } from 'node:module'
import type koffi from 'koffi'

/** What of libc no module of Node has. */
export type Libc = ReturnType<typeof declare>

/** @returns `undefined`: koffi is an optional dependency, and is not there, or not for this platform. */
export function loadLibc(): Libc | undefined {
  try {
    return declare(createRequire(import.meta.url)('koffi') as typeof koffi)
  } catch {
    return undefined
  }
}

function declare(ffi: typeof koffi) {
  const libc = ffi.load(null)
  return {
    socket: libc.func('int socket(int, int, int)'),
    bind: libc.func('int bind(int, const void *, uint32_t)'),
    setsockopt: libc.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    fcntl: libc.func('int fcntl(int, int, ...)'),
    send: libc.func('intptr_t send(int, const void *, size_t, int)'),
    recvmmsg: libc.func('int recvmmsg(int, void *, unsigned int, int, void *)'),
    close: libc.func('int close(int)'),
    errno: (): number => ffi.errno(),
    addressOf: (bytes: Uint8Array): bigint => ffi.address(bytes),
  }
}
