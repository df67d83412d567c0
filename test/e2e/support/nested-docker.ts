import type { Dockerd } from './dockerd.ts'
import { busyboxImage, writeImages } from './images.ts'
import { nestedContainer } from './nested.ts'
import type { TrueContainer } from './truth.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

const image = 'node:e2e'
const host = 'unix:///run/docker.sock'
const programs = 'dockerd docker docker-init containerd containerd-shim-runc-v2 runc tini-static busybox'

/** An image with Docker in it, made of this machine's own programs and the libraries that they ask for. */
const makeImage = `set -e
cd /run && mkdir -p image && mount -t tmpfs tmpfs image && cd image
files=
for program in ${programs}; do files="$files $(readlink -f "$(command -v $program)")"; done
for file in $files $(ldd $files 2>/dev/null | grep -o '/[^ ]*' | grep -v ':$' | sort -u); do
  mkdir -p ".$(dirname "$file")" && cp -L "$file" ".$file"
done
mkdir -p bin tmp && cp -L "$(command -v busybox)" bin/busybox
for applet in sh mount umount modprobe ps; do ln -s busybox bin/$applet; done
for program in ${programs}; do [ -e usr/bin/$program ] || ln -s "$(readlink -f "$(command -v $program)")" usr/bin/$program; done
cp IMAGES busybox.tar
tar -c . | docker -H ${host} import - ${image}
`

/** What --privileged stands for, without the capabilities that the one who runs the tests may lack himself. */
const asFarAsWeMay = [
  ...['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'MKNOD'].flatMap((capability) => ['--cap-add', capability]),
  ...['apparmor=unconfined', 'seccomp=unconfined', 'systempaths=unconfined'].flatMap((option) => [
    '--security-opt',
    option,
  ]),
  ...['--device-cgroup-rule', 'a *:* rwm'],
]

/** dockerd in a privileged container of another: Docker in Docker. What an overlay can't lie upon is a tmpfs. */
export async function startNestedDocker(
  world: World,
  dockerd: Dockerd,
): Promise<{ run(name: string): Promise<TrueContainer> }> {
  await world.run('sh', '-c', makeImage.replace('IMAGES', writeImages(world.shared).busybox))
  // Without --privileged, which asks for every capability there is, cgroups are mounted for reading only.
  const script = `for mount in /sys/fs/cgroup/*; do mount -o remount,bind,rw $mount; done
exec dockerd --iptables=false --ip6tables=false --bridge=none -H ${host} > /run/dockerd.log 2>&1`
  const id = (
    await dockerd.docker(
      ...['run', '--detach', ...asFarAsWeMay, '--network', 'none', '--name', 'node'],
      ...['--tmpfs', '/run', '--tmpfs', '/var/lib/docker:exec', '--env', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
      ...[image, '/usr/bin/tini-static', '--', '/bin/sh', '-c', script],
    )
  ).trim()
  const init = (await dockerd.containers()).find((container) => container.id === id)?.pid ?? Number.NaN
  const docker = (...argv: string[]) => dockerd.docker('exec', id, 'docker', '-H', host, ...argv)
  await until(
    'the nested dockerd serves',
    async () => (await world.attempt('docker', '-H', host, 'exec', id, 'docker', '-H', host, 'version')).code === 0,
  )
  await docker('load', '--quiet', '--input', '/busybox.tar')
  return {
    async run(name) {
      const own = (
        await docker('run', '--detach', '--name', name, '--network', 'none', busyboxImage, 'sleep', '3600')
      ).trim()
      return nestedContainer(world, init, own, 'moby')
    },
  }
}
