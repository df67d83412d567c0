import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Containerd } from './support/containerd.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { serve } from './support/serve.ts'
import { shimscopeIn } from './support/shimscope.ts'
import { openTmux, type Tmux } from './support/tmux.ts'
import { until } from './support/until.ts'

/** A command line that would clear the screen, set the title, turn text around and move to the next line; then wide. */
const hostile = '\u001b[2J\u001b]0;owned\u0007\r\n\u202eevil 名前🐳'

describe.skipIf(skipReal())('shimscope watch, looked at through tmux', () => {
  let node: Node
  let containerd: Containerd
  let tmux: Tmux
  let watch: string

  beforeAll(async () => {
    node = await openNode({})
    containerd = await node.containerd()
    tmux = await openTmux(node.world, 150, 40)
    watch = `${shimscopeIn(node.world).join(' ')} watch --interval 200ms --grace 0s`
  })
  afterAll(() => node?.world.close())

  const started = async (command = watch) => {
    await tmux.type(`${command}\n`)
    await tmux.shows('── tree')
    return Number(
      await until('watch runs', async () => (await node.world.attempt('pgrep', '-f', 'main.js watch')).stdout),
    )
  }
  const quit = async () => {
    await tmux.press('q')
    await tmux.lacks('── tree')
  }

  test('a container starts, is paused, loses its shim: each is seen as it happens', async () => {
    await started()
    await containerd.run('web')
    await tmux.shows(/web\s+running/)
    await tmux.shows(/container-started\s.*web/)
    await containerd.ctr('default', 'task', 'pause', 'web')
    await tmux.shows(/web\s+paused/)
    await containerd.ctr('default', 'task', 'resume', 'web')
    await tmux.shows(/web\s+running/)

    const shim = Number(/containerd-shim-runc-v2 (\d+)/.exec(await tmux.screen())?.[1])
    // Nobody collects what a killed containerd has lost track of, so the container goes on without its shim.
    await containerd.stop('KILL')
    await node.world.kill('KILL', shim)
    await tmux.shows(/critical\s+container-shimless/)
    await tmux.press('Tab', 'Enter')
    const details = await tmux.shows('next: ')
    expect(details).toContain('container-shimless')
    expect(details).toMatch(/\/proc\/\d+\/\w+: /)
    await tmux.press('Escape')
    await tmux.shows('── tree')

    await containerd.start()
    await tmux.lacks(/critical\s+container-shimless/)
    await quit()
  })

  test('a hostile command line is shown, and obeyed by nobody', async () => {
    await containerd.run('hostile', { command: ['sh', '-c', 'sleep 3600 & wait', hostile] })
    await started()
    await tmux.shows(/hostile\s+running/)
    await tmux.press('p')
    const screen = await tmux.shows('evil')
    expect(screen).toContain('\\x1b[2J\\x1b]0;owned\\x07\\r\\n\\u{202e}evil 名前🐳')
    expect(screen).toContain('── tree')
    expect(screen).toContain('── events')
    // What the terminal takes for wide does not push the next line out of its place.
    expect(screen.trimEnd().split('\n')).toHaveLength(40)
    await quit()
  })

  test('another size: everything is drawn anew, within it', async () => {
    await started()
    await tmux.shows('── events')
    await tmux.resize(60, 12)
    await tmux.lacks('── events')
    const small = await tmux.shows(/F1 help.*…/)
    expect(small.trimEnd().split('\n')).toHaveLength(12)
    await tmux.resize(150, 40)
    const large = await tmux.shows('── events')
    expect(large.trimEnd().split('\n')).toHaveLength(40)
    await quit()
  })

  describe('gives the terminal back as it found it', () => {
    /** What stands on the screen before, how the terminal is set, and how watch ended. */
    const leftAs = async (leave: (pid: number) => Promise<unknown>, command = watch) => {
      await tmux.type('clear; echo before; stty -g > /run/stty.before\n')
      await tmux.shows(/^before/m)
      const pid = await started(`${command}; echo code=$? > /run/code; stty -g > /run/stty.after; echo back`)
      expect(await tmux.modes()).toEqual({ alternate: true, cursor: false, wrap: false })
      expect(await tmux.screen()).not.toContain('before')
      await leave(pid)
      const screen = await tmux.shows(/^back/m)
      expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, wrap: true })
      expect(screen).toMatch(/^before/m)
      expect(screen).not.toContain('── tree')
      const [before, after, code] = (await node.world.run('cat', '/run/stty.before', '/run/stty.after', '/run/code'))
        .trim()
        .split('\n')
      expect(after).toBe(before)
      return { code, screen }
    }

    test.each([
      ['q', () => tmux.press('q')],
      ['F10', () => tmux.press('F10')],
      ['Ctrl-C', () => tmux.press('C-c')],
      ['SIGINT', (pid: number) => node.world.run('kill', '-INT', `${pid}`)],
      ['SIGTERM', (pid: number) => node.world.run('kill', '-TERM', `${pid}`)],
      ['SIGHUP', (pid: number) => node.world.run('kill', '-HUP', `${pid}`)],
    ])('after %s', async (_, leave) => {
      expect((await leftAs(leave)).code).toBe('code=0')
    })

    test('after an error that nobody expected; then the error is there to be read', async () => {
      writeFileSync(
        node.world.path('/run/planted.mjs'),
        "process.on('SIGUSR2', () => { throw new Error('planted') })\n",
      )
      const command = watch.replace(' ', ' --import /run/planted.mjs ')
      const { code, screen } = await leftAs((pid) => node.world.run('kill', '-USR2', `${pid}`), command)
      expect(code).toBe('code=2')
      expect(screen).toContain('this should not have happened, please report it: Error: planted')
    })

    test('while it is suspended, by the key and by a signal; fg draws it again', async () => {
      await tmux.type('clear; echo before; stty -g > /run/stty.before\n')
      await tmux.shows(/^before/m)
      const pid = await started()
      for (const stop of [() => tmux.press('C-z'), () => node.world.run('kill', '-TSTP', `${pid}`)]) {
        await stop()
        expect(await tmux.shows('Stopped')).toMatch(/^before/m)
        expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, wrap: true })
        await tmux.type('stty -g > /run/stty.after; clear; echo before; fg\n')
        await tmux.shows('── tree')
        expect(await tmux.modes()).toEqual({ alternate: true, cursor: false, wrap: false })
      }
      // Stopped without being asked, and continued while the shell had the terminal.
      await node.world.run('kill', '-STOP', `${pid}`)
      await tmux.shows('Stopped')
      await tmux.type('fg\n')
      await tmux.shows(/── tree[\s\S]*F1 help/)
      await tmux.press('Down', 'F1')
      await tmux.shows('Keys, as in htop')
      await tmux.press('F10')
      await tmux.lacks('Keys, as in htop')
      const [before, after] = (await node.world.run('cat', '/run/stty.before', '/run/stty.after')).trim().split('\n')
      expect(after).toBe(before)
    })

    test('and ends when its terminal goes away', async () => {
      const other = await openTmux(node.world, 80, 24, 'other')
      await other.type(`${watch}\n`)
      await other.shows('── tree')
      const pid = (await node.world.run('pgrep', '-f', 'main.js watch')).trim()
      await other.close()
      await until('it has ended', async () => (await node.world.attempt('kill', '-0', pid)).code !== 0)
    })
  })

  test('over the feed of an agent: says when the connection is lost, and comes back to a new life of it', async () => {
    const served = await serve(node.world, '--interval', '200ms')
    await containerd.run('early')
    await started(`${shimscopeIn(node.world).join(' ')} watch --url http://127.0.0.1:19256`)
    await tmux.shows(/http:\/\/127\.0\.0\.1:19256, fresh/)
    await tmux.shows(/early\s+running/)
    // What happened before it came is told by the agent.
    await tmux.shows(/container-started\s.*early/)
    await tmux.press('p')
    await tmux.shows('sleep 3600')
    await node.world.kill('TERM', served.pid)
    await tmux.shows(/CONNECTION LOST/)
    expect(await tmux.screen()).toMatch(/early\s+running/)
    await tmux.shows(/CONNECTION LOST, \d+s old/)
    await containerd.ctr('default', 'task', 'pause', 'early')
    await serve(node.world, '--interval', '200ms')
    await tmux.shows(/19256, fresh/)
    await tmux.shows(/early\s+paused/)
    await quit()
  })
})
