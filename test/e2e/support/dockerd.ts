import { busyboxImage, writeImages } from './images.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

const host = 'unix:///run/docker.sock'

export interface DockerContainer {
  id: string
  pid: number
  status: string
  name: string
}

export interface Dockerd {
  pid: number
  docker(...argv: string[]): Promise<string>
  /** `docker run -d` of a container that sleeps; its id. */
  run(name: string, ...options: string[]): Promise<string>
  containers(): Promise<DockerContainer[]>
}

/** dockerd 20.10 without networking of its own; it starts a containerd as its child. */
export async function startDockerd(world: World): Promise<Dockerd> {
  const pid = await world.start(
    '/run/dockerd.log',
    ...['dockerd', '--iptables=false', '--ip6tables=false', '--bridge=none'],
    ...['--data-root', '/var/lib/docker', '--exec-root', '/run/docker', '-H', host, '--pidfile', '/run/docker.pid'],
  )
  const docker = (...argv: string[]) => world.run('docker', '-H', host, ...argv)
  await until('dockerd serves', async () => (await world.attempt('docker', '-H', host, 'version')).code === 0)
  await docker('load', '--quiet', '--input', writeImages(world.shared).busybox)

  return {
    pid,
    docker,
    async run(name, ...options) {
      return (
        await docker('run', '-d', '--name', name, '--network', 'none', ...options, busyboxImage, 'sleep', '3600')
      ).trim()
    },
    async containers() {
      const ids = (await docker('ps', '--all', '--quiet', '--no-trunc')).split('\n').filter(Boolean)
      if (ids.length === 0) return []
      const format = '{{.Id}} {{.State.Pid}} {{.State.Status}} {{.Name}}'
      return (await docker('inspect', '--format', format, ...ids))
        .trim()
        .split('\n')
        .map((line) => {
          const [id = '', pid = '', status = '', name = ''] = line.split(' ')
          return { id, pid: Number(pid), status, name: name.replace('/', '') }
        })
    },
  }
}
