import { busyboxImage, pauseImage, writeImages } from './images.ts'
import type { World } from './world.ts'

export interface PodmanContainer {
  id: string
  name: string
  pid: number
  status: string
  /** The monitor's. */
  conmon: number
  isInfra: boolean
}

export interface Podman {
  podman(...argv: string[]): Promise<string>
  /** `podman run -d` of a container that sleeps; its id. */
  run(name: string, ...options: string[]): Promise<string>
  /** An empty pod with an infra container: its id. */
  createPod(name: string): Promise<string>
  /** All that podman knows, those that ended included. */
  containers(): Promise<PodmanContainer[]>
}

/** crun will not have hybrid cgroups; without systemd there is nobody to ask for scopes, nor a journal. */
const options = ['--cgroup-manager=cgroupfs', '--events-backend=file', '--runtime', 'runc']
/** Below whatever limits the machine that runs this has. */
const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024']

/** podman 4.3 with conmon 2.1, no network of its own. It is no daemon: there is nothing to start. */
export async function preparePodman(world: World): Promise<Podman> {
  // Storage of its own, that ends with the world.
  await world.run('mkdir', '-p', '/var/lib/containers')
  await world.run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/var/lib/containers')
  const podman = (...argv: string[]) => world.run('podman', ...options, ...argv)
  for (const image of Object.values(writeImages(world.shared))) await podman('load', '--quiet', '--input', image)
  return {
    podman,
    async run(name, ...more) {
      const asked = more.includes('--pod') ? more : ['--network', 'host', ...more]
      return (await podman('run', '-d', '--name', name, ...limits, ...asked, busyboxImage, 'sleep', '3600')).trim()
    },
    async createPod(name) {
      const infra = ['--infra-image', pauseImage, '--infra-command', '/pause']
      return (await podman('pod', 'create', '--name', name, '--network', 'host', ...infra)).trim()
    },
    async containers() {
      const listed = JSON.parse(await podman('ps', '--all', '--format', 'json')) as
        | { Id: string; Names: string[]; IsInfra: boolean }[]
        | null
      if (listed === null || listed.length === 0) return []
      const inspected = JSON.parse(await podman('inspect', ...listed.map(({ Id }) => Id))) as {
        Id: string
        State: { Status: string; Pid: number; ConmonPid: number }
      }[]
      return listed.map(({ Id: id, Names: [name = ''], IsInfra: isInfra }) => {
        const state = inspected.find(({ Id }) => Id === id)?.State
        if (state === undefined) throw new Error(`podman lists ${id} and does not know it`)
        return { id, name, isInfra, pid: state.Pid, status: state.Status, conmon: state.ConmonPid }
      })
    },
  }
}
