import { join } from 'node:path'
import { packBuildImage } from './build-image.ts'
import { type Dockerd, dockerHost } from './dockerd.ts'
import type { World } from './world.ts'

/** Where a world has the project. */
const context = '/run/world/shimscope'

export interface AgentImage {
  /** What the deployment calls it. */
  readonly tag: string
  /** Digests of its layers, uncompressed. */
  readonly layers: readonly string[]
  readonly bytes: number
}

/** Brings the image to build in to a dockerd. */
export async function importBuildImage(world: World, { docker }: Dockerd): Promise<void> {
  await docker(
    'import',
    '--change',
    'ENV PATH=/usr/bin:/bin',
    await packBuildImage(world.shared),
    'shimscope-build:e2e',
  )
}

/** Builds the image by its Dockerfile, with nothing of an earlier build, and nothing from a network. */
export async function buildAgentImage(world: World, { docker }: Dockerd, tag: string): Promise<AgentImage> {
  const { code, stdout } = await world.attempt(
    ...['docker', '-H', dockerHost, 'build', '--no-cache', '--network', 'none', '--tag', tag],
    ...['--file', join(context, 'deploy/image/Dockerfile'), '--build-arg', 'BUILD_IMAGE=shimscope-build:e2e'],
    ...['--build-arg', 'NPM_FLAGS=--offline', context],
  )
  if (code !== 0) throw new Error(`docker build ended with ${code}: ${stdout.slice(-4_000)}`)
  const [size = '', layers = ''] = (await docker('inspect', '--format', '{{.Size}} {{json .RootFS.Layers}}', tag))
    .trim()
    .split(' ')
  return { tag, layers: JSON.parse(layers) as string[], bytes: Number(size) }
}
