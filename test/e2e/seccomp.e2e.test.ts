import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { authority } from '../support/certificates.ts'
import type { Containerd } from './support/containerd.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone, processes, shimOf } from './support/processes.ts'
import { shimscopeIn } from './support/shimscope.ts'
import { probe, probedCalls } from './support/syscall-probe.ts'
import { busyboxImage } from './support/images.ts'
import { until } from './support/until.ts'
import type { World } from './support/world.ts'

const profile = JSON.parse(readFileSync(new URL('../../deploy/seccomp/shimscope.json', import.meta.url), 'utf8'))
const EPERM = 1
const ENOSYS = 38

describe.skipIf(skipReal())('the seccomp profile, loaded by containerd and runc', () => {
  let node: Node
  let world: World
  let containerd: Containerd
  const profiles = { shipped: '', strict: '' }

  beforeAll(async () => {
    node = await openNode({})
    world = node.world
    containerd = await node.containerd()
    await containerd.run('web')
    await containerd.run('deaf')
    await world.kill('STOP', shimOf(world, 'deaf'))
    // The world's own files, for a container whose root is none of an image.
    await world.run('sh', '-c', 'mkdir -p /run/rootfs /run/journal; mount --rbind / /run/rootfs')
    authority(world.shared).issue('server', 'DNS:localhost,IP:127.0.0.1')
    const users = `basic_auth_users:\n  alice: ${hashSync('correct horse', 10)}\n`
    writeFileSync(
      join(world.shared, 'web.yml'),
      `tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n${users}`,
    )
    // Whatever is not named ends the program at once; runc's own threads signal each other until it becomes ours.
    const strict = {
      ...profile,
      defaultAction: 'SCMP_ACT_KILL_PROCESS',
      defaultErrnoRet: undefined,
      syscalls: [...profile.syscalls, { names: ['tgkill'], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM }],
    }
    for (const [name, value] of Object.entries({ shipped: profile, strict })) {
      profiles[name as keyof typeof profiles] = join(world.shared, `${name}.json`)
      writeFileSync(join(world.shared, `${name}.json`), JSON.stringify(value))
    }
  })
  afterAll(() => world.close())

  const inContainer = (id: string, options: readonly string[], argv: readonly string[]): string[] => [
    ...['ctr', 'run', '--net-host', '--read-only', ...options],
    ...['--mount', 'type=bind,src=/run/world/shimscope,dst=/run/world/shimscope,options=rbind:ro'],
    ...['--mount', 'type=bind,src=/proc,dst=/run/host/proc,options=rbind:ro'],
    ...['--mount', 'type=bind,src=/sys/fs/cgroup,dst=/run/host/cgroup,options=rbind:ro'],
    ...['--mount', 'type=bind,src=/run/journal,dst=/run/journal,options=rbind:rw'],
    ...['--rootfs', '/run/rootfs', id, ...argv],
  ]
  const under = (file: string) => ['--seccomp', '--seccomp-profile', file]

  describe.each(['shipped', 'strict'] as const)('the daemon under it (%s)', (which) => {
    const curl = async (path: string, ...options: string[]) =>
      (
        await world.attempt(
          ...['curl', '-sk', '-u', 'alice:correct horse', '--max-time', '20', ...options],
          `https://127.0.0.1:19256${path}`,
        )
      ).stdout

    test('serves over TLS, keeps a journal, is woken, finds what is wrong, reloads and ends', async () => {
      const id = `agent-${which}`
      const caps = ['--cap-add', 'CAP_SYS_PTRACE', '--cap-add', 'CAP_DAC_READ_SEARCH']
      const serve = [...shimscopeIn(world), 'serve', '--path.procfs=/run/host/proc', '--path.cgroupfs=/run/host/cgroup']
      const door = ['--web.config.file', join(world.shared, 'web.yml'), '--interval', '500ms']
      const started = await world.attempt(
        ...['sh', '-c', `exec "$@" > /run/${id}.log 2>&1`, 'sh'],
        ...inContainer(
          id,
          ['-d', ...under(profiles[which]), ...caps],
          [...serve, ...door, '--journal.directory', '/run/journal'],
        ),
      )
      expect([started.code, readFileSync(world.path(`/run/${id}.log`), 'utf8')]).toEqual([0, ''])
      const pid = (await containerd.tasks()).find((task) => task.id === id)?.pid ?? Number.NaN
      const status = readFileSync(world.path(`/proc/${pid}/status`), 'utf8')
      expect(status).toMatch(/^Seccomp:\t2$/m)

      const seen = await until('it has found the shim that does not answer', async () => {
        const text = await curl('/api/v1/snapshot')
        const snapshot = text === '' ? undefined : (JSON.parse(text) as Snapshot)
        return snapshot?.verdicts?.some(({ code }) => code === 'shim-wedged') ? snapshot : undefined
      })
      expect(seen.pass).toMatchObject({ complete: true, denied: {} })
      expect(seen.containers.map((container) => container.id)).toEqual(expect.arrayContaining(['deaf', 'web', id]))
      expect(await curl('/api/v1/events?follow', '-N', '--max-time', '2')).toContain('events of this node')
      const metrics = await curl('/metrics')
      expect(metrics).toMatch(/^shimscope_watched_directories\{source="cgroup"\} [1-9]/m)
      expect(metrics).toMatch(/^shimscope_journal_bytes [1-9]/m)
      for (const [what, event] of Object.entries({ pause: 'container-paused', resume: 'container-resumed' })) {
        await containerd.ctr('default', 'task', what, 'web')
        await until('the journal has it', async () => (await curl('/api/v1/events?since=1h')).includes(event))
      }
      expect(await curl('/', '-o', '/dev/null', '-w', '%{http_code}')).toBe('200')

      await world.attempt('kill', '-HUP', `${pid}`)
      await until('it was read again', async () =>
        /^shimscope_web_config_last_reload_successful 1$/m.test(await curl('/metrics')),
      )
      await world.kill('TERM', pid)
      await gone(world, pid)
      // ctr's own exit code is that of the task.
      expect((await world.attempt('ctr', 'task', 'delete', id)).code).toBe(0)
      expect(processes(world).some((process) => process.pid === pid)).toBe(false)
    })
  })

  test('signals, other processes, mounts, the kernel: refused, whatever capabilities are held', async () => {
    const all = ['KILL', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_CHROOT', 'SYS_MODULE', 'SYS_NICE', 'SYS_PTRACE', 'SYS_TIME']
    const caps = [...all, 'DAC_READ_SEARCH', 'SETUID', 'SETGID', 'MKNOD', 'NET_RAW', 'CHOWN', 'FOWNER']
    const options = ['--rm', ...caps.flatMap((name) => ['--cap-add', `CAP_${name}`])]
    const refused = await probe(world, (argv) => inContainer('probe', [...options, ...under(profiles.shipped)], argv))
    const expected = new Map(probedCalls.map((name) => [name, name === 'clone3' ? ENOSYS : EPERM]))
    expect(refused).toEqual(expected)
    // Without it they are answered, with success or by what is wrong with their arguments.
    const free = await probe(world, (argv) => inContainer('free', options, argv))
    expect([...free].filter(([, errno]) => errno === EPERM)).toEqual([])
    console.log(`${refused.size} system calls tried with every capability that they need: all refused`)
  })

  test('dockerd takes it too', async () => {
    const { docker } = await node.dockerd()
    const said = async (...options: string[]) =>
      docker(
        ...['run', '--rm', '--network', 'none', '--security-opt', 'no-new-privileges', ...options],
        ...[busyboxImage, 'sh', '-c', 'kill -0 $$ && echo signalled || echo refused'],
      )
    expect(await said()).toBe('signalled\n')
    expect(await said('--security-opt', `seccomp=${profiles.shipped}`)).toBe('refused\n')
  })
})
