import { copyFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Collections, Frame, NodeEvent } from '../../src/core/model/event.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { receive, type View } from '../../src/core/snapshot/receive.ts'
import { openBrowser, watchConduct } from './support/browser.ts'
import { followFeed } from './support/feed-client.ts'
import { openNode } from './support/node.ts'
import { play } from './support/play.ts'
import { skipReal } from './support/prerequisites.ts'
import { shimOf } from './support/processes.ts'
import { serve } from './support/serve.ts'
import { shimscope } from './support/shimscope.ts'
import { until } from './support/until.ts'

const bundles = '/run/containerd/io.containerd.runtime.v2.task/k8s.io'
const journal = ['--journal.directory', '/run/journal']
const four = ({ daemons, shims, containers, verdicts }: Collections) => ({ daemons, shims, containers, verdicts })
const told = ({ seq, at, type, summary }: NodeEvent) => `${seq} ${at} ${type} ${summary}`

describe.skipIf(skipReal())('an incident under containerd 1.6, recorded from the journal', () => {
  test('a pod is forgotten and a shim is killed: tree, feed, metrics and page show from the file what was seen', {
    timeout: 240_000,
  }, async () => {
    const node = await openNode({})
    try {
      const { world } = node
      const containerd = await node.containerd()
      const pod = await (await node.cri()).runPod('shop', ['app'])
      await containerd.run('web')
      const podShim = shimOf(world, pod.sandboxId)
      const webShim = shimOf(world, 'web')
      const served = await serve(world, '--interval', '500ms', '--grace', '0s', ...journal)
      const client = await followFeed(served)
      world.atClose(() => client.close())
      const happened = (what: RegExp) =>
        until(`${what} is told`, () =>
          client.happened.map(({ event }) => event).find(({ type, summary }) => what.test(`${type} ${summary}`)),
        )

      await containerd.stop('TERM')
      await world.run('sh', '-c', `for bundle in ${bundles}/*; do umount $bundle/rootfs; rm -r $bundle; done`)
      await containerd.start()
      await happened(new RegExp(`^verdict-raised shim-abandoned .* ${podShim} `))
      await until('web is tracked again', () =>
        client.view()?.current?.shims.some(({ pid, supervision }) => pid === webShim && supervision === 'managed'),
      )
      await world.kill('KILL', webShim)
      const killed = await happened(new RegExp(`^shim-gone .*pid ${webShim},`))
      await until('its container is gone', () => client.view()?.current?.containers.every(({ id }) => id !== 'web'))
      // The agent is gone too: the journal is all there is.
      await world.kill('KILL', served.pid)
      client.close()

      const recorded = await shimscope(
        world,
        'record',
        '--from-journal',
        '--around',
        killed.at,
        ...journal,
        '/run/incident',
      )
      expect(recorded).toMatchObject({ code: 0, stderr: expect.stringContaining(' events in /run/incident. It holds') })
      const file = world.path('/run/incident')
      if (process.env['SHIMSCOPE_RECORD'] === '1')
        copyFileSync(file, new URL('../excerpts/pod-forgotten-shim-killed', import.meta.url))

      const atEnd = ['--at', client.views.at(-1)?.takenAt ?? '', ...journal]
      const tree = (await shimscope(world, 'tree', ...atEnd)).stdout
      expect((await shimscope(world, 'tree', '--from', '/run/incident')).stdout).toBe(tree)
      expect(tree).toMatch(new RegExp(`containerd-shim-runc-v2 ${podShim} .* orphaned`))
      expect(tree).toContain('shim-abandoned')
      expect((await shimscope(world, 'tree', '--from', '/run/incident', '--at', '1h')).code).toBe(2)

      await using playing = await play(file, '--speed', '20')
      const views: View[] = []
      const events: NodeEvent[] = []
      const feed = new WebSocket(new URL('api/v1/live', playing.url.replace('http', 'ws')))
      feed.on('message', (text) => {
        const frame = JSON.parse(String(text)) as Frame
        const view = receive(views.at(-1), frame)
        if (view === undefined) throw new Error(`frame ${frame.seq} does not follow`)
        views.push(view)
        if (frame.type === 'delta') events.push(...frame.events)
      })
      const lastSeq = client.view()?.current?.seq
      await until('it is played to its end', () => views.at(-1)?.current?.seq === lastSeq, 60_000)
      feed.terminate()
      // With each seq the client of the file holds what the client of the node held.
      const seen = new Map(
        client.views.flatMap(({ current }) => (current ? [[current.seq, four(current)] as const] : [])),
      )
      for (const { hello, current } of views) {
        expect(hello.run).toBe(client.view()?.hello.run)
        if (current !== undefined) expect(four(current)).toEqual(seen.get(current.seq))
      }
      const all = JSON.parse(await playing.get('api/v1/events')) as { events: NodeEvent[] }
      expect(all.events.map(told)).toEqual(client.happened.map(({ event }) => told(event)))
      expect(all.events.map(told)).toEqual(expect.arrayContaining(events.map(told)))

      const metrics = await playing.get('metrics')
      expect(metrics).toMatch(/^shimscope_verdicts\{code="shim-abandoned",severity="critical",status="firing"\} 1$/m)
      expect(metrics).toMatch(/^shimscope_events_total\{type="shim-gone"\} 1$/m)
      expect(metrics).not.toMatch(/^shimscope_(zombies|pids_max)/m)
      const before = JSON.parse(await playing.get(`api/v1/snapshot?at=${client.views[0]?.takenAt}`)) as Snapshot
      expect(before.shims.map(({ pid }) => pid).sort()).toEqual([podShim, webShim].sort())

      const browser = await openBrowser()
      try {
        const page = await browser.newPage()
        const conduct = watchConduct(page)
        await page.goto(playing.url)
        await page.locator('.card.critical.firing', { hasText: 'shim-abandoned' }).waitFor()
        await page.locator(`.row.container[data-id$="${pod.containerIds[0]}"]`).waitFor()
        await page.locator('.timeline li', { hasText: 'shim-gone' }).waitFor()
        await page.getByText('This is a recording').waitFor()
        expect(await page.locator('.row.container[data-id$="web"]').count()).toBe(0)
        expect(conduct.offences).toEqual([])
      } finally {
        await browser.close()
      }
    } finally {
      await node.world.close()
    }
  })
})
