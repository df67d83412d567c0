import { copyFileSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { type AgentImage, buildAgentImage, importBuildImage } from './support/agent-image.ts'
import { deployed } from './support/deployed.ts'
import { type Dockerd, dockerHost } from './support/dockerd.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone, processes } from './support/processes.ts'
import { snapshotOf } from './support/shimscope.ts'
import { until } from './support/until.ts'
import type { World } from './support/world.ts'

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
    ...container.volumeMounts.flatMap(({ name, mountPath }) => {
      const path = volumes.get(name)?.hostPath?.path
      // As kubelet makes an emptyDir: everybody's.
      return path === undefined ? ['--tmpfs', `${mountPath}:mode=777`] : ['-v', `${path}:${mountPath}:ro`]
    }),
  ]
}

/** What changes from one look to the next although nothing happens, and since when the one who looks has known. */
const measured = new Set(['rssBytes', 'cpuSeconds', 'threads', 'processes', 'since', 'status', 'zombies'])
const lasting = ({ daemons, shims, containers, verdicts }: Snapshot) =>
  JSON.parse(
    JSON.stringify({ daemons, shims, containers, verdicts }, (name, value) => (measured.has(name) ? undefined : value)),
  )

const page = readFileSync(new URL('../../deploy/README.md', import.meta.url), 'utf8')

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
    // It keeps a journal, and there is no other place that it could write to.
    const journal = container.args.filter((argument) => argument.startsWith('--journal'))
    const program = ['/usr/bin/node', '/opt/shimscope/dist/main.js', 'snapshot', '--at', '0s']
    const past = JSON.parse(await dockerd.docker('exec', 'agent', ...program, ...journal)) as Snapshot
    expect(past.shims.map(({ key }) => key)).toEqual(seen.shims.map(({ key }) => key))
    // It is alone in its pid namespace, and holds what it was given.
    const status = await node.world.run('cat', `/proc/${pid}/status`)
    expect(status).toMatch(/^NSpid:\t\d+\t1$/m)
    expect(status).toMatch(/^CapEff:\t0000000000080004$/m)
    console.log(/^VmHWM:.*$/m.exec(status)?.[0], 'at most, with', seen.pass.processes, 'processes')
    expect((await node.world.attempt('docker', '-H', dockerHost, 'stop', '-t', '5', 'agent')).code).toBe(0)
    expect((await dockerd.docker('inspect', '--format', '{{.State.ExitCode}}', id)).trim()).toBe('0')
  })

  test('the line for nodes without Kubernetes: docker', async () => {
    const { world } = node
    await world.run('sh', '-c', `export DOCKER_HOST=${dockerHost}; ${lineOf('docker')}`)
    const seen = await firstLook(world)
    expect(seen.pass).toMatchObject({ complete: true, denied: {} })
    expect(lasting(seen)).toEqual(lasting(await snapshotOf(world)))
    await stopAgent(world)
  })

  test('the line for nodes without Kubernetes: ctr of containerd 2', async () => {
    const forky = await openNode({ tree: 'forky' })
    try {
      const containerd = await forky.containerd()
      await containerd.run('web')
      await dockerd.docker('save', '--output', `${node.world.shared}/agent.tar`, image.tag)
      copyFileSync(`${node.world.shared}/agent.tar`, `${forky.world.shared}/agent.tar`)
      await containerd.ctr('default', 'image', 'import', `${forky.world.shared}/agent.tar`)
      await forky.world.run('sh', '-c', lineOf('ctr'))
      const seen = await firstLook(forky.world)
      expect(seen.pass).toMatchObject({ complete: true, denied: {} })
      const tasks = await containerd.tasks()
      expect(seen.containers.map(({ id, initPid }) => [id, initPid]).sort()).toEqual(
        tasks.map(({ id, pid }) => [id, pid]).sort(),
      )
      expect(seen.containers.map(({ id }) => id).sort()).toEqual(['shimscope', 'web'])
      await stopAgent(forky.world)
    } finally {
      await forky.world.close()
    }
  })
})

/** As it stands in the page. */
function lineOf(program: 'docker' | 'ctr'): string {
  const [, line = ''] = new RegExp(`<!-- ${program} -->\n\`\`\`sh\n([^]*?)\n\`\`\``).exec(page) ?? []
  expect(line).toContain(`${program} run -d`)
  return line
}

const firstLook = (world: World): Promise<Snapshot> =>
  until('the agent has looked', async () => {
    const url = 'http://127.0.0.1:19256/api/v1/snapshot'
    const { code, stdout } = await world.attempt('busybox', 'wget', '-q', '-O', '-', url)
    return code === 0 ? (JSON.parse(stdout) as Snapshot) : undefined
  })

/** It holds what it was given and nothing else, and ends when it is asked to. */
async function stopAgent(world: World): Promise<void> {
  const [agent] = processes(world).filter(({ argv }) => argv.includes('/opt/shimscope/dist/main.js'))
  const pid = agent?.pid ?? Number.NaN
  expect(readFileSync(world.path(`/proc/${pid}/status`), 'utf8')).toMatch(/^CapEff:\t0000000000080004$/m)
  await world.kill('TERM', pid)
  await gone(world, pid)
}
