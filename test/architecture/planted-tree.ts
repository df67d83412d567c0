import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'

export const repository = resolve(import.meta.dirname, '../..')

/** A copy of the tree with offences in it, so that a guard can be seen to bite. The tree itself is never touched. */
export interface PlantedTree {
  readonly root: string
  /** Runs an installed tool there and returns what it printed: on stdout, and on both. */
  run(tool: string, ...args: string[]): { stdout: string; output: string }
  remove(): void
}

export function plant(offences: Readonly<Record<string, string>>): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'shimscope-planted-'))
  for (const name of [
    'src',
    ...readdirSync(repository).filter((name) => /^(package|biome|knip|tsconfig.*)\.json$/.test(name)),
  ]) {
    cpSync(join(repository, name), join(root, name), { recursive: true })
  }
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  for (const [path, text] of Object.entries(offences)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return {
    root,
    run(tool, ...args) {
      const ran = spawnSync(join(repository, 'node_modules/.bin', tool), args, { cwd: root, encoding: 'utf8' })
      if (ran.error !== undefined) throw ran.error
      return { stdout: ran.stdout, output: ran.stdout + ran.stderr }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Files below a folder of the repository, as paths from its root. */
export function filesBelow(folder: string, ignored: readonly string[] = []): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    if (ignored.includes(entry.name)) return []
    const path = relative(repository, join(repository, folder, entry.name))
    return entry.isDirectory() ? filesBelow(path, ignored) : [path]
  })
}
