import { copyFileSync, cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './command.ts'

/** What a step of the build calls, beside Node and npm. */
const applets = ['sh', 'env', 'cat', 'ls', 'mkdir', 'rm', 'true', 'uname']

/**
 * The image that ours is built in, as a tar of its root file system: Node 24 and npm as they are on this machine, with
 * npm's cache, so that nothing is pulled and nothing downloaded. What stands for it elsewhere is node:24-bookworm-slim.
 */
export async function packBuildImage(directory: string): Promise<string> {
  const root = join(directory, 'build-image')
  const put = (file: string, at: string) => {
    mkdirSync(dirname(join(root, at)), { recursive: true })
    copyFileSync(realpathSync(file), join(root, at))
  }
  const node = (await run(['npx', '-y', '-p', 'node@24', '--', 'node', '-p', 'process.execPath'])).trim()
  put(node, '/usr/bin/node')
  const libraries = await run([node, '-p', 'process.report.getReport().sharedObjects.join("\\n")'])
  for (const library of libraries.split('\n').filter((path) => path.startsWith('/'))) put(library, library)
  // Parts of glibc that Node itself does without, and native packages do not.
  const glibc = dirname(libraries.split('\n').find((path) => path.endsWith('/libc.so.6')) ?? '/lib')
  for (const name of ['librt.so.1', 'libutil.so.1', 'libresolv.so.2']) put(join(glibc, name), join(glibc, name))
  put('/bin/busybox', '/bin/busybox')
  for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet))
  symlinkSync('../../bin/busybox', join(root, 'usr/bin/env'))
  const npm = dirname(dirname(realpathSync((await run(['which', 'npm'])).trim())))
  cpSync(npm, join(root, 'usr/lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'))
  for (const empty of ['tmp', 'root', 'proc', 'sys', 'dev', 'etc']) mkdirSync(join(root, empty), { recursive: true })
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  const cache = (await run(['npm', 'config', 'get', 'cache'])).trim()
  const tar = join(directory, 'build-image.tar')
  await run([
    'tar',
    '-cf',
    tar,
    '-C',
    root,
    '.',
    '--transform',
    's,^_cacache,root/.npm/_cacache,',
    '-C',
    cache,
    '_cacache',
  ])
  return tar
}
