// Fills a world with sleeping pods and measures in it. Started by bench.mjs in a mount namespace of its own and mostly a pid
// namespace, whose process 1 reaps (farm.c).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { linkSync, copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleConfig } from './bundle-config.mjs'
import { floor, garbage, nodeExporter, pass, processExporter, record } from './contenders.mjs'
import { appsOf, wholeDaemon } from './whole-daemon.mjs'

const { size, workers, rounds, peers, parts, seconds, connector, serveArguments, folder, cgroupRoots, file } =
  JSON.parse(process.argv[2])
const address = '/run/containerd/containerd.sock'
const bundles = '/run/containerd/io.containerd.runtime.v2.task/k8s.io'

execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755,nr_inodes=0', 'none', '/run'])
showOnly(cgroupRoots)

say(`${size} processes: starting`)
// A shim, the pod's sandbox, its container, and what that forked.
const pods = Math.floor(size / (3 + workers))
makePods(pods)
execFileSync(join(folder, 'farm'), ['/run/farm/pods'], {
  stdio: 'inherit',
  env: { FARM_CGROUPS: cgroupRoots.join(':'), FARM_WORKERS: String(workers) },
})

// The young are read in every pass, and a node is not young for long.
await sleep(11_000)
const measured = {
  ...(parts.includes('passes') && (await passes())),
  ...(parts.includes('daemon') && { running: await daemon() }),
}
writeFileSync(
  file,
  JSON.stringify({
    size,
    pods,
    processes: readdirSync('/proc').filter((name) => /^\d/.test(name)).length,
    ...measured,
  }),
)
process.exit(0)

async function passes() {
  const lists = await record(folder)
  const ours = ['cold', 'changed', 'again', 'in turns', ...(connector ? ['announced'] : [])].map(pass)
  const contenders = [
    ...ours,
    floor(folder, 'floor: files of the cold pass', ['list', lists.cold]),
    floor(folder, 'floor: files of the next pass', ['list', lists.again]),
    floor(folder, 'floor: stat, cgroup, cmdline', ['scan', 'stat,cgroup,cmdline']),
    floor(folder, 'floor: stat', ['scan', 'stat']),
    ...(peers ? [await processExporter(folder), await nodeExporter()] : []),
  ].filter((contender) => contender !== undefined)
  const samples = Object.fromEntries(contenders.map(({ name }) => [name, []]))
  /** Rounds that warm caches and compilers, of those who have any. */
  const most = Math.max(...contenders.map(({ warming }) => warming))
  for (let round = 1 - most; round <= rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const { name, warming, measure } = contenders[(turn + round + most) % contenders.length]
      if (round <= -warming) continue
      const sample = await measure()
      if (round > 0) samples[name].push(sample)
    }
    say(`${size} processes: round ${round} of ${rounds}`)
  }
  const memory = Object.fromEntries(contenders.flatMap(({ name, rssBytes }) => (rssBytes ? [[name, rssBytes()]] : [])))
  const seen = ours[0].seen()
  for (const { end } of contenders) end()
  say(`${size} processes: garbage`)
  return { samples, memory, seen, garbage: await garbage(['cold', 'in turns']) }
}

async function daemon() {
  say(`${size} processes: the daemon, for ${seconds} s and the time to warm it`)
  return await wholeDaemon({
    apps: appsOf(
      bundles,
      Array.from({ length: pods }, (_, index) => hex(`container ${index}`)),
    ),
    perInterval: size / 100,
    seconds,
    serveArguments: [...(connector ? ['--wake-ups', 'connector'] : []), ...serveArguments],
    cgroups: cgroupRoots
      .map((root) => `${root}/kubepods/burstable`)
      .find((path) => path.includes('/freezer/') || cgroupRoots.length === 1),
  })
}

/** Cgroups of others are not this node's: their changes would wake the daemon, and who is in them is not to be seen. */
function showOnly(roots) {
  const top = '/sys/fs/cgroup'
  const isUnified = existsSync(`${top}/cgroup.controllers`)
  mkdirSync('/run/cgroups')
  execFileSync('mount', ['--rbind', top, '/run/cgroups'])
  execFileSync('mount', ['-t', 'tmpfs', 'none', top])
  // What the unified hierarchy is known by.
  if (isUnified) writeFileSync(`${top}/cgroup.controllers`, '')
  for (const root of roots) {
    mkdirSync(root, { recursive: true })
    execFileSync('mount', ['--bind', root.replace(top, '/run/cgroups'), root])
  }
  execFileSync('umount', ['--recursive', '--lazy', '/run/cgroups'])
}

function makePods(count) {
  mkdirSync('/run/farm')
  mkdirSync('/run/containerd/s', { recursive: true })
  copyFileSync(join(folder, 'farm'), '/run/farm/farm')
  for (const name of ['containerd', 'containerd-shim-runc-v2', 'kubelet', 'pause', 'app'])
    linkSync('/run/farm/farm', `/run/farm/${name}`)
  const lines = []
  for (let index = 0; index < count; index += 1) {
    const uid = hex(`pod ${index}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5')
    const sandbox = hex(`sandbox ${index}`)
    const container = hex(`container ${index}`)
    const group = `/kubepods/burstable/pod${uid}`
    // Where a shim listens: pkg/shim/util_unix.go, SocketAddress.
    const socket = `/run/containerd/s/${hex(`${address}/k8s.io/${sandbox}`)}`
    const pod = { name: `web-${index}`, namespace: `team-${index % 10}`, uid, sandbox, group }
    makeBundle(sandbox, { ...pod, container: null }, socket)
    writeFileSync(`${bundles}/${sandbox}/shim-binary-path`, '/usr/bin/containerd-shim-runc-v2')
    makeBundle(container, { ...pod, container: 'app' }, socket)
    for (const root of cgroupRoots) {
      for (const id of [sandbox, container]) mkdirSync(`${root}${group}/${id}`, { recursive: true })
    }
    lines.push(`${sandbox} ${container} ${group} ${socket}\n`)
  }
  writeFileSync('/run/farm/pods', lines.join(''))
}

/** The files that containerd 1.6 and its shim leave in a bundle; init.pid is the shim's to write. */
function makeBundle(id, pod, socket) {
  const path = `${bundles}/${id}`
  mkdirSync(`${path}/rootfs`, { recursive: true })
  writeFileSync(`${path}/config.json`, JSON.stringify(bundleConfig(id, pod)))
  writeFileSync(`${path}/address`, `unix://${socket}`)
  writeFileSync(`${path}/runtime`, 'io.containerd.runc.v2')
  writeFileSync(`${path}/options.json`, '{}')
  writeFileSync(`${path}/log.json`, '')
}

function hex(text) {
  return createHash('sha256').update(text).digest('hex')
}

function say(text) {
  process.stderr.write(`${text}\n`)
}
