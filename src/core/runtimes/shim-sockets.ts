import { socketPath } from '../model/path.ts'
import { sha256Hex } from './sha256.ts'

/**
 * Where a shim's socket may be, newest rule first. The name follows from the command line alone, so that a shim's
 * connections can be counted without reading its bundle.
 * - since 1.3.9/1.4.3: `/run/containerd/s/` + sha256 of `<address>/<containerd namespace>/<id>`
 *   (pkg/shim util_unix.go, SocketAddress); also for shims v1 and runc-v1 of 1.6
 * - 1.3.0–1.3.8: abstract `/containerd-shim/` + sha256 of `<namespace>/<id>` + `.sock`
 * - up to 1.2: abstract `/containerd-shim/<namespace>/<id>/shim.sock`
 * The Rust shims are told it as `-socket` (rust-extensions crates/shim), and kata's runtime-rs writes the hash in capitals
 * (crates/shim/src/shim.rs, socket_address).
 * `/proc/net/unix` shows an abstract name with `@` for its NUL.
 */
export const shimSockets = (
  address: string | null,
  containerdNamespace: string | null,
  id: string | null,
  told?: string,
): Iterable<string> => ({
  *[Symbol.iterator]() {
    if (containerdNamespace === null || id === null) return
    const hash = address === null ? null : sha256(`${address}/${containerdNamespace}/${id}`)
    if (hash !== null) yield `/run/containerd/s/${hash}`
    yield `@/containerd-shim/${sha256(`${containerdNamespace}/${id}`)}.sock`
    yield `@/containerd-shim/${containerdNamespace}/${id}/shim.sock`
    if (hash !== null) yield `/run/containerd/s/${hash.toUpperCase()}`
    if (told !== undefined) yield socketPath(told)
  },
})

/** Shims keep their names for life, and are asked for at every pass. */
const cache = new Map<string, string>()
const CACHE_LIMIT = 20_000

function sha256(text: string): string {
  let hex = cache.get(text)
  if (hex === undefined) {
    if (cache.size >= CACHE_LIMIT) cache.clear()
    hex = sha256Hex(text)
    cache.set(text, hex)
  }
  return hex
}
