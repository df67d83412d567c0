import { configs } from './containerd-configs.ts'
import { type Containerd, startContainerd } from './containerd.ts'
import { type Cri, criOf } from './cri.ts'
import { type Dockerd, startDockerd } from './dockerd.ts'
import { buildForkyTree } from './forky.ts'
import { type Podman, preparePodman } from './podman.ts'
import { type Truth, truthOf } from './truth.ts'
import { openWorld, type World, type WorldShape } from './world.ts'

/** A world and the runtimes that a scenario starts in it. */
export interface Node {
  readonly world: World
  containerd(): Promise<Containerd>
  /** The CRI of the containerd that was started. */
  cri(): Promise<Cri>
  dockerd(...options: string[]): Promise<Dockerd>
  podman(): Promise<Podman>
  /** What the runtimes that run here say now. */
  truth(): Promise<Truth>
}

export type NodeShape = Pick<WorldShape, 'init'> & { tree?: 'forky' }

export async function openNode(shape: NodeShape): Promise<Node> {
  const world = await openWorld({
    ...shape,
    ...(shape.tree === 'forky' ? { tree: await buildForkyTree() } : {}),
  } as WorldShape)
  const running: { containerd?: Containerd; cri?: Cri; dockerd?: Dockerd; podman?: Podman } = {}
  return {
    world,
    async containerd() {
      running.containerd = await startContainerd(world, configs[shape.tree ?? 'bookworm'])
      return running.containerd
    },
    async cri() {
      if (running.containerd === undefined) throw new Error('the CRI is a part of containerd, which does not run')
      running.cri = await criOf(world, running.containerd)
      return running.cri
    },
    async dockerd(...options) {
      running.dockerd = await startDockerd(world, ...options)
      return running.dockerd
    },
    async podman() {
      running.podman = await preparePodman(world)
      return running.podman
    },
    truth: () => truthOf(world, running),
  }
}
