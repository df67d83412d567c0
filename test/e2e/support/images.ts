import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leaderExits, manyThreads, pause, waitsForChild } from './programs.ts'
import { type Entry, tar } from './tar.ts'

export const busyboxImage = 'docker.io/library/busybox:e2e'
export const pauseImage = 'registry.k8s.io/pause:e2e'

const applets = ['sh', 'sleep', 'ls', 'cat', 'kill', 'true', 'seq', 'httpd']

const busyboxLayer = (): Entry[] => [
  ...['bin', 'dev', 'etc', 'proc', 'sys', 'tmp'].map((path): Entry => ({ path, directory: true })),
  { path: 'etc/passwd', mode: 0o644, content: 'root:x:0:0:root:/:/bin/sh\n' },
  { path: 'bin/busybox', content: readFileSync('/bin/busybox') },
  { path: 'bin/leader-exits', content: leaderExits },
  { path: 'bin/many-threads', content: manyThreads },
  { path: 'bin/waits-for-child', content: waitsForChild },
  { path: 'bin/pause', content: pause },
  ...applets.map((applet): Entry => ({ path: `bin/${applet}`, linkTo: 'busybox' })),
]

/** A docker-archive with one layer: what `ctr image import` and `docker load` take, so nothing is pulled. */
function archive(tag: string, layer: readonly Entry[], config: object): Buffer {
  const layerTar = tar(layer)
  const layerDigest = sha256(layerTar)
  const image = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin'], ...config },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
  })
  const imageFile = `${sha256(image)}.json`
  const layerFile = `${layerDigest}/layer.tar`
  return tar([
    { path: imageFile, mode: 0o644, content: image },
    { path: layerFile, mode: 0o644, content: layerTar },
    {
      path: 'manifest.json',
      mode: 0o644,
      content: JSON.stringify([{ Config: imageFile, RepoTags: [tag], Layers: [layerFile] }]),
    },
  ])
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

/** Writes both images into a directory and says where. */
export function writeImages(directory: string): { busybox: string; pause: string } {
  const files = { busybox: join(directory, 'busybox.tar'), pause: join(directory, 'pause.tar') }
  writeFileSync(files.busybox, archive(busyboxImage, busyboxLayer(), { Cmd: ['/bin/sh'] }))
  writeFileSync(files.pause, archive(pauseImage, [{ path: 'pause', content: pause }], { Entrypoint: ['/pause'] }))
  return files
}
