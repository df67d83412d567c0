import { writeFileSync } from 'node:fs'
import { busyboxImage, writeImages } from './images.ts'
import { nestedContainer } from './nested.ts'
import type { TrueContainer } from './truth.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

const address = '/run/second/containerd.sock'
const config = `version = 2
root = "/run/second/root"
state = "/run/second/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "${address}"
[ttrpc]
address = "${address}.ttrpc"
`

/** Another containerd on the same node, with an address, a root and a state of its own. */
export async function startSecondContainerd(world: World): Promise<{ run(id: string): Promise<TrueContainer> }> {
  await world.run('mkdir', '-p', '/run/second')
  writeFileSync(world.path('/run/second/config.toml'), config)
  await world.start('/run/second/log', 'containerd', '-c', '/run/second/config.toml')
  const ctr = (...argv: string[]) => world.attempt('ctr', '--address', address, '--namespace', 'second', ...argv)
  await until('the second containerd serves', async () => (await ctr('version')).code === 0)
  await ctr('image', 'import', writeImages(world.shared).busybox)
  return {
    async run(id) {
      const { code, stderr } = await ctr('run', '--detach', busyboxImage, id, 'sleep', '3600')
      if (code !== 0) throw new Error(stderr)
      return nestedContainer(world, 1, id, 'second')
    },
  }
}
