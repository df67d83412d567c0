import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './until.ts'

/** Every cgroup directory that a world of this name has: one per hierarchy, below our own cgroup. */
function directories(name: string): string[] {
  return parents().map((parent) => join(parent, name))
}

/** Our own cgroup in every hierarchy. */
export function parents(): string[] {
  return readFileSync('/proc/self/cgroup', 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [, controllers = '', path = '/'] = line.split(':')
      const unified = existsSync('/sys/fs/cgroup/unified') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup'
      return join(controllers === '' ? unified : `/sys/fs/cgroup/${controllers.replace('name=', '')}`, path)
    })
}

export function removeTree(directory: string): boolean {
  if (!existsSync(directory)) return true
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(directory, entry.name))
    }
    rmdirSync(directory)
  } catch {
    return false // a process in it is still exiting: asked again
  }
  return true
}

/** A process that a v1 freezer holds can't be killed, and neither can the pid namespace that it lives in. */
export function thaw(name: string): void {
  for (const directory of directories(name)) thawTree(directory)
}

export function thawTree(directory: string): void {
  if (!existsSync(join(directory, 'freezer.state'))) return
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) thawTree(join(directory, entry.name))
  }
  writeFileSync(join(directory, 'freezer.state'), 'THAWED')
}

/** The last processes of a killed pid namespace leave their cgroups a moment after its init. */
export async function removeCgroups(name: string): Promise<void> {
  await until(`the cgroups of ${name} are empty`, () => directories(name).every(removeTree))
}
