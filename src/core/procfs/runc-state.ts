import type { EngineState } from '../model/host.ts'

/**
 * Parses the parts of runc's `state.json` that say whose state it is. Annotations of the bundle stand among the labels
 * as `key=value`. libcontainer/container_linux.go, State; specconv/spec_linux.go
 */
export function parseRuncState(text: string): EngineState | undefined {
  const state = parseObject(text)
  const { id, init_process_pid: initPid, init_process_start: initStartTicks, config } = state ?? {}
  if (typeof id !== 'string' || typeof initPid !== 'number' || typeof initStartTicks !== 'number') return undefined
  return { id, initPid, initStartTicks, annotations: annotationsIn(config) }
}

function annotationsIn(config: unknown): ReadonlyMap<string, string> {
  const annotations = new Map<string, string>()
  if (typeof config !== 'object' || config === null || !('labels' in config)) return annotations
  if (!Array.isArray(config.labels)) return annotations
  for (const label of config.labels) {
    if (typeof label !== 'string') continue
    const equals = label.indexOf('=')
    if (equals > 0) annotations.set(label.slice(0, equals), label.slice(equals + 1))
  }
  return annotations
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // half written: the caller calls it malformed
  }
}
