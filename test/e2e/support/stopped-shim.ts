import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './command.ts'
import type { World } from './world.ts'

/** Inside a world: a program that becomes containerd's shim and is stopped at once, for `ctr run --runtime`. */
export async function shimStoppedFromTheStart(world: World): Promise<`/${string}`> {
  const folder = join(world.shared, 'stopped')
  mkdirSync(folder)
  const program = join(folder, 'containerd-shim-runc-v2')
  const source = fileURLToPath(new URL('stopped-from-the-start.c', import.meta.url))
  await run(['gcc', '-O1', '-static', '-DPROGRAM="/usr/bin/containerd-shim-runc-v2"', '-o', program, source])
  return program as `/${string}`
}
