import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Where a program lies on this machine; `undefined`: nowhere. */
export function pathOf(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(':')
    .map((directory) => join(directory, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

export const busybox = pathOf('busybox')
