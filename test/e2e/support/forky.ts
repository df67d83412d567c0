import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { run } from './command.ts'

const packages = ['containerd', 'runc', 'runsc', 'busybox-static', 'procps']

/** Debian forky's containerd 2.x, runc 1.3 and gVisor, as a tree outside the repository, shared by all runs. */
export const forkyTree = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'shimscope-e2e', 'forky')

let built: Promise<string> | undefined

/** Builds the tree once (half a minute); later runs find it. */
export function buildForkyTree(): Promise<string> {
  built ??= existsSync(forkyTree) ? Promise.resolve(forkyTree) : build()
  return built
}

async function build(): Promise<string> {
  const building = `${forkyTree}.${process.pid}`
  mkdirSync(building, { recursive: true })
  try {
    await run([
      ...['debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, 'forky', building],
      // Debian 12's debootstrap does not know forky yet; its recipe is sid's.
      ...['http://deb.debian.org/debian', '/usr/share/debootstrap/scripts/sid'],
    ])
    if (!existsSync(forkyTree)) renameSync(building, forkyTree)
  } finally {
    rmSync(building, { recursive: true, force: true })
  }
  return forkyTree
}
