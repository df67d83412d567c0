import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { type AgentImage, buildAgentImage, importBuildImage } from './support/agent-image.ts'
import { type Dockerd, dockerHost } from './support/dockerd.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { processes } from './support/processes.ts'
import { snapshotOf } from './support/shimscope.ts'
import { until } from './support/until.ts'
import { project } from './support/world.ts'

interface Deployed {
  readonly image: string
  readonly args: readonly string[]
  readonly securityContext: {
    readonly runAsUser: number
    readonly runAsGroup: number
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] }
  }
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

/** The container of the DaemonSet, as kubectl renders it, and what it mounts of the node. */
function deployed(folder: string): { container: Deployed; volumes: ReadonlyMap<string, string> } {
  const { stdout } = spawnSync('kubectl', ['kustomize', `${project}/deploy/kubernetes/${folder}`], { encoding: 'utf8' })
  const manifests = parseAllDocuments(stdout).map((document) => document.toJS())
  const { spec } = manifests.find(({ kind }) => kind === 'DaemonSet').spec.template
  const volumes = spec.volumes.map((volume: { name: string; hostPath: { path: string } }) => [
    volume.name,
    volume.hostPath.path,
  ])
  return { container: spec.containers[0], volumes: new Map(volumes) }
}

/** `docker run` of it, as kubelet would have a runtime run it. */
function runOptions(folder: string): string[] {
  const { container, volumes } = deployed(folder)
  const { runAsUser, runAsGroup, capabilities } = container.securityContext
  return [
    ...[
      '--read-only',
      '--security-opt',
      'no-new-privileges',
      '--network',
      'none',
      '--user',
      `${runAsUser}:${runAsGroup}`,
    ],
    ...capabilities.drop.flatMap((name) => ['--cap-drop', name]),
    ...(capabilities.add ?? []).flatMap((name) => ['--cap-add', name]),
    ...container.volumeMounts.flatMap(({ name, mountPath }) => ['-v', `${volumes.get(name)}:${mountPath}:ro`]),
  ]
}

/** What changes from one look to the next although nothing happens, and who looked. */
const measured = new Set(['rssBytes', 'cpuSeconds', 'threads', 'processes', 'since', 'status', 'zombies'])
const lasting = ({ daemons, shims, containers, verdicts }: Snapshot) =>
  JSON.parse(
    JSON.stringify({ daemons, shims, containers, verdicts }, (name, value) => (measured.has(name) ? undefined : value)),
  )

describe.skipIf(skipReal())('the image, built and run by a real dockerd', () => {
  let node: Node
  let dockerd: Dockerd
  let image: AgentImage

  beforeAll(async () => {
    node = await openNode({})
    dockerd = await node.dockerd()
    await importBuildImage(node.world, dockerd)
    image = await buildAgentImage(node.world, dockerd, deployed('base').container.image)
  })
  afterAll(() => node.world.close())

  test('it is small, has no shell, and runs as nobody', async () => {
    const config = JSON.parse(await dockerd.docker('inspect', '--format', '{{json .Config}}', image.tag))
    expect(config).toMatchObject({ User: '65534:65534', Entrypoint: ['/usr/bin/node', '/opt/shimscope/dist/main.js'] })
    const container = (await dockerd.docker('create', image.tag)).trim()
    const files = (await node.world.run('sh', '-c', `docker -H ${dockerHost} export ${container} | tar -t`)).split('\n')
    await dockerd.docker('rm', container)
    expect(files).toContain('usr/bin/node')
    const programs = files.filter((file) => /(?:^|\/)s?bin\/./.test(file) && !file.includes('node_modules'))
    expect(programs).toEqual(['usr/bin/node'])
    console.log(`the image: ${(image.bytes / 1e6).toFixed(0)} MB, ${files.length} files`)
    expect((await dockerd.docker('run', '--rm', '--network', 'none', image.tag, '--version')).trim()).toMatch(/^\d/)
    expect(await dockerd.docker('run', '--rm', '--network', 'none', image.tag, 'explain', 'shim-leaked')).toContain(
      'shim-leaked',
    )
  })

  test('built twice, it is the same', async () => {
    expect((await buildAgentImage(node.world, dockerd, 'shimscope:again')).layers).toEqual(image.layers)
  })

  test('started as the base starts it, it sees what a run on the host sees', async () => {
    await dockerd.run('web')
    await dockerd.run('db')
    await dockerd.docker('pause', 'db')
    await dockerd.run('cache')
    const { container } = deployed('base')
    const id = (
      await dockerd.docker('run', '-d', '--name', 'agent', ...runOptions('base'), image.tag, ...container.args)
    ).trim()
    // A shim that does not answer: a verdict, for as long as somebody looks.
    const shim = processes(node.world).find(
      ({ argv }) => argv.join(' ').includes('containerd-shim') && !argv.includes(id),
    )
    await node.world.kill('STOP', shim?.pid ?? 0)

    const pid = (await dockerd.docker('inspect', '--format', '{{.State.Pid}}', id)).trim()
    const inside = async () => {
      const { stdout } = await node.world.attempt(
        'nsenter',
        '-n',
        '-t',
        pid,
        'curl',
        '-sf',
        'http://127.0.0.1:19256/api/v1/snapshot',
      )
      return stdout === '' ? undefined : (JSON.parse(stdout) as Snapshot)
    }
    const seen = await until('the agent has looked', async () => {
      const snapshot = await inside()
      return snapshot?.verdicts.some(({ code }) => code === 'shim-wedged') ? snapshot : undefined
    })
    const expected = await snapshotOf(node.world)
    expect(expected.containers.map(({ state }) => state).sort()).toEqual(['paused', 'running', 'running', 'running'])
    expect(lasting(seen)).toEqual(lasting(expected))
    expect(seen.pass).toMatchObject({ complete: true, denied: {} })
    const { stdout } = await node.world.attempt(
      'nsenter',
      '-n',
      '-t',
      pid,
      'curl',
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      'http://127.0.0.1:19256/-/ready',
    )
    expect(stdout).toBe('200')
    // It is alone in its pid namespace, and holds what it was given.
    const status = await node.world.run('cat', `/proc/${pid}/status`)
    expect(status).toMatch(/^NSpid:\t\d+\t1$/m)
    expect(status).toMatch(/^CapEff:\t0000000000080004$/m)
    console.log(/^VmHWM:.*$/m.exec(status)?.[0], 'at most, with', seen.pass.processes, 'processes')
    expect((await node.world.attempt('docker', '-H', dockerHost, 'stop', '-t', '5', 'agent')).code).toBe(0)
    expect((await dockerd.docker('inspect', '--format', '{{.State.ExitCode}}', id)).trim()).toBe('0')
  })
})
