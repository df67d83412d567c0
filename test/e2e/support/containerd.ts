import { writeFileSync } from 'node:fs'
import { type Call, grpcCaller } from './grpc.ts'
import { busyboxImage, writeImages } from './images.ts'
import { gone } from './processes.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

export const socket = '/run/containerd/containerd.sock'
const sleepForever = ['sleep', '3600']

/** As `ctr run --runtime` names them: all three generations that containerd 1.6 still runs. */
export type Runtime =
  | 'io.containerd.runc.v2'
  | 'io.containerd.runc.v1'
  | 'io.containerd.runtime.v1.linux'
  /** A shim's binary, by its path. */
  | `/${string}`

export interface RunOptions {
  runtime?: Runtime
  namespace?: string
  /** Containers with one group share one shim. */
  group?: string
  command?: readonly string[]
  /** What stands in for runc, under runc's shim. */
  engine?: Engine
}

export interface Engine {
  program: 'runsc' | 'crun'
  flags: readonly string[]
}

/** gVisor has no network here, and asks for none. */
export const runsc: Engine = { program: 'runsc', flags: ['--network=none'] }
export const crun: Engine = { program: 'crun', flags: [] }

export interface Containerd {
  pid(): number
  log(): string
  ctr(namespace: string, ...argv: string[]): Promise<string>
  /** Brings the test images into a namespace, once. */
  importImages(namespace: string): Promise<unknown>
  /** `ctr run -d`: a container that sleeps unless told otherwise. */
  run(id: string, options?: RunOptions): Promise<void>
  /** `ctr run -d` with a spec of one's own, not waited for: its creation may hang. */
  runSpec(id: string, specFile: string, options?: Pick<RunOptions, 'runtime' | 'engine'>): Promise<number>
  /** A task that is created and never started. */
  create(id: string, specFile: string, namespace?: string): Promise<void>
  tasks(): Promise<Task[]>
  start(): Promise<void>
  /** Without waiting until it serves: one wedged shim keeps it from that for five seconds. */
  launch(): Promise<void>
  serves(): Promise<void>
  stop(signal: 'TERM' | 'KILL'): Promise<void>
}

export interface Task {
  namespace: string
  id: string
  pid: number
  status: 'RUNNING' | 'CREATED' | 'PAUSED' | 'STOPPED' | 'UNKNOWN'
}

/** containerd in a world, with the paths that it has on a node. */
export async function startContainerd(world: World, config: string): Promise<Containerd> {
  const configFile = '/run/containerd.toml'
  writeFileSync(world.path(configFile), config)
  const images = writeImages(world.shared)
  const imported = new Map<string, Promise<unknown>>()
  let pid = 0
  let lives = 0

  const ctr = (namespace: string, ...argv: string[]) => world.run('ctr', '-n', namespace, ...argv)
  const importImages = (namespace: string) => {
    const both = async () => {
      for (const file of Object.values(images)) await ctr(namespace, 'image', 'import', file)
    }
    const done = imported.get(namespace) ?? both()
    imported.set(namespace, done)
    return done
  }
  const tasksOf = (namespace: string): Call =>
    grpcCaller(world, socket, new URL('tasks.proto', import.meta.url), 'containerd.services.tasks.v1.Tasks', {
      'containerd-namespace': namespace,
    })

  const containerd: Containerd = {
    pid: () => pid,
    importImages,
    log: () => world.path(`/run/containerd.${lives}.log`),
    async ctr(namespace, ...argv) {
      await importImages(namespace)
      return ctr(namespace, ...argv)
    },
    async run(
      id,
      { runtime = 'io.containerd.runc.v2', namespace = 'default', group, command = sleepForever, engine } = {},
    ) {
      await importImages(namespace)
      const annotation = group === undefined ? [] : ['--annotation', `io.containerd.runc.v2.group=${group}`]
      const options = ['--runtime', runtime, ...annotation, ...insteadOfRunc(world, engine)]
      await ctr(namespace, 'run', '-d', ...options, busyboxImage, id, ...command)
    },
    runSpec(id, specFile, { runtime = 'io.containerd.runc.v2', engine } = {}) {
      const options = ['--runtime', runtime, ...insteadOfRunc(world, engine), '--config', specFile]
      return world.start(`/run/${id}.log`, 'ctr', 'run', '-d', ...options, id)
    },
    async create(id, specFile, namespace = 'default') {
      await ctr(namespace, 'container', 'create', '--config', specFile, id)
      await tasksOf(namespace)('Create', { container_id: id })
    },
    async tasks() {
      const namespaces = (await world.run('ctr', 'namespaces', 'ls', '-q')).split('\n').filter(Boolean)
      const lists = await Promise.all(
        namespaces.map(async (namespace) => parse(namespace, await ctr(namespace, 'task', 'ls'))),
      )
      return lists.flat()
    },
    async start() {
      await containerd.launch()
      await containerd.serves()
    },
    async launch() {
      pid = await world.start(`/run/containerd.${++lives}.log`, 'containerd', '-c', configFile)
    },
    serves: () =>
      until('containerd serves', async () => (await world.attempt('ctr', 'version')).code === 0).then(() => {}),
    async stop(signal) {
      await world.kill(signal, pid)
      await gone(world, pid)
    },
  }
  await containerd.start()
  return containerd
}

/** The shim calls one file and gives it runc's arguments: flags of an engine's own come from a script before it. */
function insteadOfRunc(world: World, engine: Engine | undefined): string[] {
  if (engine === undefined) return []
  const script = `/run/${engine.program}-as-runc`
  const call = [engine.program, ...engine.flags].join(' ')
  writeFileSync(world.path(script), `#!/bin/sh\nexec ${call} "$@"\n`, { mode: 0o755 })
  return ['--runc-binary', script, '--runc-root', `/run/${engine.program}`]
}

function parse(namespace: string, list: string): Task[] {
  return list
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [id = '', pid = '', status = ''] = line.split(/\s+/)
      return { namespace, id, pid: Number(pid), status: status as Task['status'] }
    })
}
