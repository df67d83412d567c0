import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import type { World } from './world.ts'

interface Spec {
  process: { terminal: boolean; args: string[] }
  root: { path: string }
  linux: { cgroupsPath: string }
  hooks?: { createRuntime: { path: string; args: string[] }[] }
}

/** A createRuntime hook holds `runc create` back: as long as it sleeps, the OCI state is *creating*. */
export const hangingHook = { createRuntime: [{ path: '/bin/busybox', args: ['sleep', '3601'] }] }

/** A bundle directory with an OCI spec of our own and a root file system beside it; the path of the spec. */
export async function writeSpec(world: World, id: string, cgroupsPath: string, hooks?: Spec['hooks']): Promise<string> {
  const bundle = `/run/specs/${id}`
  mkdirSync(world.path(`${bundle}/rootfs/bin`), { recursive: true })
  for (const mountPoint of ['dev', 'proc', 'sys']) mkdirSync(world.path(`${bundle}/rootfs/${mountPoint}`))
  copyFileSync('/bin/busybox', world.path(`${bundle}/rootfs/bin/busybox`))
  symlinkSync('busybox', world.path(`${bundle}/rootfs/bin/sleep`))

  await world.run('runc', 'spec', '--bundle', bundle)
  const file = world.path(`${bundle}/config.json`)
  const spec = JSON.parse(await world.run('cat', `${bundle}/config.json`)) as Spec
  spec.process.terminal = false
  spec.process.args = ['sleep', '3600']
  spec.root.path = `${bundle}/rootfs`
  spec.linux.cgroupsPath = cgroupsPath
  if (hooks !== undefined) spec.hooks = hooks
  writeFileSync(file, JSON.stringify(spec))
  return `${bundle}/config.json`
}
