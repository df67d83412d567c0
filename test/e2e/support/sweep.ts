import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parents, removeTree, thawTree } from './world-cgroups.ts'

/** What the name of everything that this run makes begins with: a pid alone could be another run's by now. */
export const runName = `shimscope-e2e-${process.pid}-${startTicks(process.pid)}`

/** What a run that was killed has left behind: its worlds ended with it, but for what is frozen, cgroups and files. */
export function sweep(): void {
  for (const parent of parents()) {
    for (const name of readdirSync(parent).filter(ownerIsGone)) {
      thawTree(join(parent, name))
      removeTree(join(parent, name))
    }
  }
  for (const name of readdirSync(tmpdir()).filter(ownerIsGone)) rmSync(join(tmpdir(), name), { recursive: true })
}

function ownerIsGone(name: string): boolean {
  const owner = /^shimscope-e2e-(\d+)-(\d+)-/.exec(name)
  return owner !== null && owner[2] !== startTicks(Number(owner[1]))
}

function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
