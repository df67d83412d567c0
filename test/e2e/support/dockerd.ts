import { busyboxImage, writeImages } from './images.ts'
import { gone, processes } from './processes.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

export const dockerHost = 'unix:///run/docker.sock'

export interface DockerContainer {
  id: string
  pid: number
  status: string
}

export interface Dockerd {
  docker(...argv: string[]): Promise<string>
  /** `docker run -d` of a container that sleeps; its id. */
  run(name: string, ...options: string[]): Promise<string>
  containers(): Promise<DockerContainer[]>
  start(): Promise<void>
  /** Its containerd follows it into death. */
  kill(): Promise<void>
}

/** dockerd 20.10 without networking of its own. It starts a containerd as its child, unless one serves already. */
export async function startDockerd(world: World, ...options: string[]): Promise<Dockerd> {
  let pid = 0
  const docker = (...argv: string[]) => world.run('docker', '-H', dockerHost, ...argv)

  const dockerd: Dockerd = {
    docker,
    async run(name, ...options) {
      return (
        await docker('run', '-d', '--name', name, '--network', 'none', ...options, busyboxImage, 'sleep', '3600')
      ).trim()
    },
    async containers() {
      const ids = (await docker('ps', '--all', '--quiet', '--no-trunc')).split('\n').filter(Boolean)
      if (ids.length === 0) return []
      const format = '{{.Id}} {{.State.Pid}} {{.State.Status}}'
      const lines = (await docker('inspect', '--format', format, ...ids)).trim().split('\n')
      return lines.map((line) => {
        const [id = '', pid = '', status = ''] = line.split(' ')
        return { id, pid: Number(pid), status }
      })
    },
    async start() {
      pid = await world.start(
        '/run/dockerd.log',
        ...['dockerd', '--iptables=false', '--ip6tables=false', '--bridge=none', ...options],
        ...[
          '--data-root',
          '/var/lib/docker',
          '--exec-root',
          '/run/docker',
          '-H',
          dockerHost,
          '--pidfile',
          '/run/docker.pid',
        ],
      )
      await until('dockerd serves', async () => (await world.attempt('docker', '-H', dockerHost, 'version')).code === 0)
    },
    async kill() {
      const containerd = processes(world).filter(({ ppid }) => ppid === pid)
      await world.kill('KILL', pid)
      await gone(world, pid, ...containerd.map(({ pid }) => pid))
    },
  }
  await dockerd.start()
  await docker('load', '--quiet', '--input', writeImages(world.shared).busybox)
  return dockerd
}
