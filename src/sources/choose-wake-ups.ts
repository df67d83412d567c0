import { connectorWakeUps } from './connector.ts'
import { inotifyWakeUps } from './inotify.ts'
import type { LivePaths } from './live.ts'
import { severalWakeUps } from './several-wake-ups.ts'
import type { WakeUps } from './wake-ups.ts'

/**
 * `auto`: the connector and inotify, or inotify alone where the connector is not to be had. `connector`: it alone, or in
 * its place inotify. `inotify`: that alone. `off`: by the timer alone.
 */
export type WakeUpChoice = 'auto' | 'connector' | 'inotify' | 'off'

/** The two complete each other: the connector knows nothing of cgroups and pauses, inotify nothing of processes. */
export function wakeUpsBy(choice: WakeUpChoice, paths: LivePaths): WakeUps | undefined {
  if (choice === 'off') return undefined
  if (choice === 'inotify') return inotifyWakeUps(paths)
  const connector = connectorWakeUps(paths)
  if (typeof connector === 'string') return inotifyWakeUps(paths)
  return choice === 'connector' ? connector : severalWakeUps(connector, inotifyWakeUps(paths))
}
