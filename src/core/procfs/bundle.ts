import type { BundleConfig } from '../model/host.ts'
import { jsonMember } from './json-part.ts'

/** Parses the parts of an OCI `config.json` that say what a container is. runtime-spec, config.md and config-linux.md */
export function parseBundleConfig(text: string): BundleConfig | undefined {
  return quickly(text) ?? thoroughly(text)
}

/** As every engine writes it: each member once. */
function quickly(text: string): BundleConfig | undefined {
  const annotations = object(jsonMember(text, 'annotations'))
  const cgroupsPath = jsonMember(text, 'cgroupsPath')
  const namespaces = jsonMember(text, 'namespaces')
  if (annotations === undefined || typeof cgroupsPath !== 'string' || !Array.isArray(namespaces)) return undefined
  return configOf(annotations, cgroupsPath, namespaces)
}

function thoroughly(text: string): BundleConfig | undefined {
  const config = object(parseJson(text))
  if (config === undefined) return undefined
  const linux = object(config['linux']) ?? {}
  const namespaces = Array.isArray(linux['namespaces']) ? linux['namespaces'] : []
  return configOf(config['annotations'], linux['cgroupsPath'], namespaces)
}

function configOf(annotations: unknown, cgroupsPath: unknown, namespaces: readonly unknown[]): BundleConfig {
  const pid = namespaces.map(object).find((namespace) => namespace?.['type'] === 'pid')
  return {
    annotations: strings(annotations),
    cgroupsPath: string(cgroupsPath),
    // A namespace with a path is somebody else's that it joins.
    ownPidNamespace: pid !== undefined && string(pid['path']) === null,
  }
}

/** Parses `bootstrap.json`, containerd 2.x: how to reach the shim. core/runtime/v2/shim.go, BootstrapParams */
export function parseBootstrap(text: string): string | undefined {
  const bootstrap = object(parseJson(text))
  return bootstrap === undefined ? undefined : (string(bootstrap['address']) ?? undefined)
}

/** Parses `address`, containerd 1.x: one line with the shim's socket. */
export function parseAddress(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // half written, or not JSON: the caller calls it malformed
  }
}

function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

const string = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

function strings(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(object(value) ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
