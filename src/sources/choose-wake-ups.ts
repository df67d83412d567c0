import { connectorWakeUps } from './connector.ts'
import { inotifyWakeUps } from './inotify.ts'
import type { LivePaths } from './live.ts'
import { severalWakeUps } from './several-wake-ups.ts'
import type { WakeUps } from './wake-ups.ts'

/**
 * `auto`: what is to be had without asking for anything, inotify. `connector`: the process connector besides, where it is
 * to be had. `inotify`: that alone, whatever `auto` may mean one day. `off`: by the timer alone.
 */
export type WakeUpChoice = 'auto' | 'connector' | 'inotify' | 'off'

/** The two complete each other: the connector knows nothing of cgroups and pauses, inotify nothing of processes. */
export function wakeUpsBy(choice: WakeUpChoice, paths: LivePaths): WakeUps | undefined {
  if (choice === 'off') return undefined
  const connector = choice === 'connector' ? connectorWakeUps(paths) : 'not asked for'
  const inotify = inotifyWakeUps(paths)
  return typeof connector === 'string' ? inotify : severalWakeUps(connector, inotify)
}
