import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Collections, NodeEvent } from '../../src/core/model/event.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { magic, unframe } from '../../src/journal/record.ts'
import { listSegments } from '../../src/journal/segment-files.ts'
import { openBrowser, openDoor, watchConduct } from './support/browser.ts'
import type { Containerd } from './support/containerd.ts'
import { type FeedClient, followFeed } from './support/feed-client.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone, shimOf } from './support/processes.ts'
import { type Served, serve } from './support/serve.ts'
import { shimscopeIn } from './support/shimscope.ts'
import { until } from './support/until.ts'

const options = ['--interval', '200ms', '--grace', '0s', '--journal.directory', '/run/journal']
const tasks = '/run/containerd/io.containerd.runtime.v2.task'

const rowOf = (page: Page, id: string) => page.locator(`.row[data-id$="${id}"]`)
const banner = (page: Page) => page.locator('#past-title')

/** Waits until the page draws that moment, and says so. */
const draws = (page: Page, at: string) => page.locator(`#past-title[data-shown="${at}"]`).waitFor()

async function type(page: Page, moment: string): Promise<void> {
  await page.locator('#typed-moment').fill(moment)
  await page.keyboard.press('Enter')
}

/** What stands on the page: each row with its state, and the verdicts. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(`({
    rows: [...document.querySelectorAll('.space > .row')]
      .map((row) => row.dataset.id + ' ' + (row.querySelector('.state bdi')?.textContent ?? '')).sort(),
    verdicts: [...document.querySelectorAll('.card')].map((card) => card.dataset.verdict).sort(),
    totals: [...document.querySelectorAll('.tile b')].slice(0, 4).map((total) => total.textContent),
  })`)

/** The same, of a snapshot. */
const told = ({ daemons, shims, containers, verdicts }: Collections): unknown => ({
  rows: [
    ...daemons.map(({ key, state }) => `daemon|${key} ${state === 'unknown' ? 'not known' : state}`),
    ...shims.map(({ key, supervision }) => `shim|${key} ${supervision === 'unknown' ? 'not known' : supervision}`),
    ...containers.map(({ key, state }) => `container|${key} ${state === 'unknown' ? 'not known' : state}`),
  ].sort(),
  verdicts: verdicts.map(({ key }) => key).sort(),
  totals: [verdicts.filter(({ status }) => status === 'firing'), daemons, shims, containers].map(({ length }) =>
    String(length),
  ),
})

const collectionsOf = ({ daemons, shims, containers, verdicts }: Collections): Collections => ({
  daemons,
  shims,
  containers,
  verdicts,
})

/** Where the records of a segment end. */
function recordEnds(segment: Buffer): number[] {
  const ends: number[] = []
  for (let found = unframe(segment, magic.length); found.kind === 'record'; found = unframe(segment, found.end))
    ends.push(found.end)
  return ends
}

/**
 * A night on a real node (containerd 1.6): a shim is killed while containerd is down, a pod's task is forgotten, and
 * somebody comes afterwards.
 */
describe.skipIf(skipReal())('the page of the past', () => {
  let browser: Browser
  let node: Node
  let containerd: Containerd
  let served: Served
  let client: FeedClient
  let page: Page
  let url: string
  let conduct: { readonly offences: readonly string[] }
  let webShim: number
  let podShim: number
  /** Moments of the night: all was well, the shim was gone, the pod was forgotten. */
  let well: string
  let killed: string
  let forgotten: string

  const at = async (moment: string) => JSON.parse(await served.fetch(`/api/v1/snapshot?at=${moment}`)) as Snapshot
  const eventsOf = async (query: string) =>
    (JSON.parse(await served.fetch(`/api/v1/events?${query}`)) as { events: NodeEvent[] }).events
  const raised = (code: string) =>
    until(`${code} is raised`, () =>
      client.happened.find(({ event }) => event.type === 'verdict-raised' && event.summary.startsWith(`${code} `)),
    ).then(({ event }) => event.at)
  const takenAt = (): string => client.view()?.takenAt ?? ''
  /** What the client of the feed held at that moment. */
  const heldAt = (moment: string) => client.views.filter((view) => view.takenAt <= moment).at(-1)?.current

  const startAgain = async () => {
    served.pid = await node.world.start('/run/shimscope.2.log', ...shimscopeIn(node.world), 'serve', ...options)
  }

  beforeAll(async () => {
    browser = await openBrowser()
    node = await openNode({})
    containerd = await node.containerd()
    served = await serve(node.world, ...options)
    client = await followFeed(served)
    node.world.atClose(() => client.close())
    await containerd.run('web')
    const pod = await (await node.cri()).runPod('shop', ['app'])
    webShim = shimOf(node.world, 'web')
    podShim = shimOf(node.world, pod.sandboxId)
    await until('all is well', () => {
      const { shims = [], containers = [] } = client.view()?.current ?? {}
      return (
        shims.length === 2 &&
        shims.every(({ supervision }) => supervision === 'managed') &&
        containers.length === 3 &&
        containers.every(({ state }) => state === 'running')
      )
    })
    well = takenAt()
    await containerd.stop('TERM')
    await node.world.kill('KILL', webShim)
    await gone(node.world, webShim)
    killed = await raised('container-shimless')
    await node.world.run('sh', '-c', `for bundle in ${tasks}/k8s.io/*; do umount $bundle/rootfs; rm -r $bundle; done`)
    await containerd.start()
    forgotten = await raised('shim-abandoned')

    const door = await openDoor(served.socket)
    node.world.atClose(door.close)
    url = door.url
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    page = await context.newPage()
    page.setDefaultTimeout(20_000)
    conduct = watchConduct(page)
    await page.goto(url)
    await page.locator('#freshness[data-state=live]').waitFor()
    await page.locator('#moment').waitFor()
  })

  afterAll(async () => {
    await browser?.close()
    await node?.world.close()
  })

  test('before, during and after: what is drawn is what the API has and what a client of the feed held', async () => {
    for (const [moment, story] of [
      [well, { shims: [webShim, podShim], codes: [] }],
      [killed, { shims: [podShim], codes: ['container-shimless'] }],
      [forgotten, { shims: [podShim], codes: ['shim-abandoned'] }],
    ] as const) {
      await type(page, moment)
      await draws(page, moment)
      const snapshot = await at(moment)
      expect(await drawn(page)).toEqual(told(snapshot))
      expect(collectionsOf(snapshot)).toEqual(collectionsOf(heldAt(moment) ?? snapshot))
      expect(heldAt(moment)).toBeDefined()
      expect(snapshot.shims.map(({ pid }) => pid).sort()).toEqual([...story.shims].sort())
      expect(snapshot.verdicts.map(({ code }) => code)).toEqual(expect.arrayContaining([...story.codes]))
      await page.waitForURL(`**/#at=${moment}`)
      expect(await page.title()).toMatch(/^the past: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(\d+ (s|min) ago\) · /)
      expect(await banner(page).textContent()).toMatch(/The past: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(\d+ (s|min) ago\)/)
    }
    // And every other moment that the client has held.
    const moments = client.views.filter(({ current }) => current !== undefined)
    for (const view of moments.filter((_, index) => index % Math.ceil(moments.length / 25) === 0))
      expect(collectionsOf(await at(view.takenAt))).toEqual(
        collectionsOf(heldAt(view.takenAt) ?? (view.current as Collections)),
      )
  })

  test('the next and the previous event; what happened by then is listed, and leads there', async () => {
    await type(page, well)
    await draws(page, well)
    const [next] = await eventsOf(`since=${new Date(Date.parse(well) + 1).toISOString()}&first=1`)
    await page.getByRole('button', { name: 'next event' }).click()
    await draws(page, next?.at ?? '')
    expect(await drawn(page)).toEqual(told(await at(next?.at ?? '')))
    const listed = page.locator('.timeline li')
    expect(await listed.count()).toBe((await eventsOf(`until=${next?.at}&last=100`)).length)
    await listed
      .filter({ hasText: next?.summary ?? 'an event' })
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'previous event' }).click()
    const [before] = await eventsOf(`until=${new Date(Date.parse(next?.at ?? '') - 1).toISOString()}&last=1`)
    await draws(page, before?.at ?? '')
    // From the list of the present to the moment of one of its events.
    await page.getByRole('button', { name: 'back to now' }).click()
    await banner(page).waitFor({ state: 'detached' })
    await page.locator('.timeline li', { hasText: 'container-shimless fires' }).locator('.plain').click()
    await draws(page, killed)
  })

  test('the slider: keys, names and a hand that drags', async () => {
    const { beginsAt } = JSON.parse(await served.fetch('/api/v1/timeline')) as { beginsAt: string }
    const first = Date.parse(beginsAt)
    // A key leads no further than to what was the present when one began to look back.
    await page.getByRole('button', { name: 'back to now' }).click()
    const slider = page.getByRole('slider', { name: 'Moment that is shown' })
    const untilMs = async () => Number(await slider.getAttribute('max'))
    await until('there is past enough for a large step', async () => (await untilMs()) > first + 12_000)
    await slider.focus()
    await page.keyboard.press('Home')
    await draws(page, beginsAt)
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(\d+ (s|min) ago\)$/)
    await page.keyboard.press('ArrowRight')
    await draws(page, new Date(first + 1_000).toISOString())
    await page.keyboard.press('PageUp')
    await draws(page, new Date(first + 11_000).toISOString())
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('PageDown')
    await draws(page, beginsAt)

    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/api/v1/snapshot')) asked.push(request.url())
    })
    const box = await slider.boundingBox()
    if (box === null) throw new Error('the slider is in sight')
    const middle = box.y + box.height / 2
    await page.mouse.move(box.x + 4, middle)
    await page.mouse.down()
    const steps = 150
    for (let step = 0; step <= steps; step += 1) await page.mouse.move(box.x + (box.width * 0.7 * step) / steps, middle)
    await page.mouse.up()
    const wanted = new Date(Number(await slider.inputValue())).toISOString()
    await draws(page, wanted)
    expect(await drawn(page)).toEqual(told(await at(wanted)))
    console.log(`  ${asked.length} moments asked for of ${steps} that the hand passed`)
    expect(asked.at(-1)).toContain(wanted)
    // A quicker hand: of what was only passed, nothing is asked.
    asked.length = 0
    const last = String(
      await page.evaluate(`(() => {
        const input = document.getElementById('moment')
        const [from, until] = [Number(input.min), Number(input.max)]
        for (let step = 1; step <= 500; step += 1) {
          input.valueAsNumber = Math.round(until - ((until - from) * step) / 1000)
          input.dispatchEvent(new Event('input', { bubbles: true }))
        }
        return new Date(input.valueAsNumber).toISOString()
      })()`),
    )
    await draws(page, last)
    expect(await drawn(page)).toEqual(told(await at(last)))
    expect(asked.length).toBeLessThanOrEqual(3)
    await page.waitForURL(`**/#at=${last}`)
    // Its end is the present.
    await slider.focus()
    await page.keyboard.press('End')
    await banner(page).waitFor({ state: 'detached' })
    expect(await slider.getAttribute('aria-valuetext')).toBe('now')
    expect(await page.title()).not.toContain('past')
  })

  test('marks: where something happened, the worst in sight, and in words', async () => {
    expect(await page.locator('.marks path').count()).toBeGreaterThan(1)
    expect(await page.locator('.marks path.critical').count()).toBeGreaterThan(0)
    expect(await page.locator('#marked').textContent()).toMatch(/^\d+ events since .*, worst: ✖ critical$/)
    const [count] = /^\d+/.exec((await page.locator('#marked').textContent()) ?? '') ?? []
    expect(Number(count)).toBe((await eventsOf('since=1h')).length)
  })

  test('played from before to now, moment after moment', async () => {
    await type(page, well)
    await draws(page, well)
    await page.evaluate(`
      globalThis.shown = []
      new MutationObserver(() => shown.push(document.getElementById('past-title')?.dataset.shown))
        .observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-shown'] })`)
    await page.getByRole('button', { name: 'play at 10 times' }).click()
    await page.locator('.card', { hasText: 'shim-abandoned' }).waitFor()
    await page.getByRole('button', { name: 'pause' }).click()
    const paused = await banner(page).getAttribute('data-shown')
    await page.waitForTimeout(1_500)
    expect(await banner(page).getAttribute('data-shown')).toBe(paused)
    await page.getByRole('button', { name: 'play at 60 times' }).click()
    await banner(page).waitFor({ state: 'detached' })
    const shown = ((await page.evaluate('shown')) as (string | null)[]).filter((moment) => typeof moment === 'string')
    const moments = [...new Set(shown)]
    console.log(`  ${moments.length} moments played`)
    expect(moments.length).toBeGreaterThan(2)
    expect(moments).toEqual([...moments].sort())
    expect(await page.locator('.row[data-changed]').count()).toBe(0)
  })

  test('the present goes on beside it: counted, told, and nothing of what is seen moves', async () => {
    await type(page, killed)
    await draws(page, killed)
    const before = await drawn(page)
    await containerd.run('later')
    await page.locator('.past', { hasText: /\d+ events since you look back/ }).waitFor()
    expect(await drawn(page)).toEqual(before)
    expect(await rowOf(page, 'later').count()).toBe(0)
    expect(await page.locator('#moment').getAttribute('aria-valuetext')).toContain('ago')
    await page.getByRole('button', { name: 'back to now' }).click()
    await rowOf(page, 'later').filter({ hasText: 'running' }).waitFor()
    // The way back of the browser leads there again.
    await page.goBack()
    await draws(page, killed)
    expect(await drawn(page)).toEqual(before)
  })

  test('a link holds the moment and what one looked at: for a chat, after a reload, for a colleague', async () => {
    await type(page, killed)
    await draws(page, killed)
    await page.locator('.row.container', { hasText: 'container-shimless' }).click()
    await page.locator('.details', { hasText: 'container-shimless' }).waitFor()
    const before = await drawn(page)
    await page.reload()
    await draws(page, killed)
    await page.locator('.details', { hasText: 'container-shimless' }).waitFor()
    expect(await drawn(page)).toEqual(before)
    // Ages are those of that moment.
    const age = page.locator('.card time').first()
    const since = Date.parse(String(await age.getAttribute('datetime')))
    expect(await age.textContent()).toBe(`${Math.round((Date.parse(killed) - since) / 1_000)} s`)

    await page.getByRole('button', { name: 'copy link' }).click()
    await page.getByRole('button', { name: 'copied' }).waitFor()
    const copied = String(await page.evaluate('navigator.clipboard.readText()'))
    expect(copied).toContain(killed)
    const colleague = await browser.newPage()
    await colleague.goto(copied.split(' ').at(-1) ?? '')
    await draws(colleague, killed)
    await colleague.locator('.row[aria-selected=true]', { hasText: 'container-shimless' }).waitFor()
    await colleague.close()

    await page.locator('.card .copy').first().click()
    await page.locator('.card .copy', { hasText: 'copied' }).waitFor()
    const verdict = String(await page.evaluate('navigator.clipboard.readText()'))
    expect(verdict).toContain(`As it was at ${killed}`)
    expect(verdict).toContain(`#at=${killed}&row=`)
  })

  test('processes are not in the journal, and the page says so where they would be', async () => {
    await page.goto(`${url}#processes`)
    await page.locator('.row.process').first().waitFor()
    const process = await page.locator('.row.process').first().getAttribute('data-id')
    await type(page, well)
    await draws(page, well)
    expect(await page.locator('.row.process').count()).toBe(0)
    expect(await page.getByLabel('processes (not in the journal)').isDisabled()).toBe(true)
    await page.goto(`${url}#at=${well}&row=${encodeURIComponent(process ?? '')}`)
    await page.locator('.details', { hasText: 'processes are not in the journal' }).waitFor()
    await page.goto(url)
    await page.locator('#freshness[data-state=live]').waitFor()
  })

  test('moments that are not there: before the journal, not yet, and none at all', async () => {
    await page.goto(`${url}#at=2001-01-01T00:00:00Z`)
    await page
      .locator('.past .trouble', { hasText: /^The journal begins at \d{4}-.*: it knows nothing of 2001-/ })
      .waitFor()
    expect(await page.locator('.space .row').count()).toBe(0)
    await page.getByRole('button', { name: 'go to its beginning' }).click()
    await page.locator('.space .row').first().waitFor()
    await type(page, '2999-01-01')
    await page.locator('.said', { hasText: 'has not come yet.' }).waitFor()
    await type(page, 'tea time')
    await page.locator('.said', { hasText: 'That is no time: give 03:12' }).waitFor()
    await page.getByRole('button', { name: 'previous event' }).click()
    await page.locator('.said', { hasText: 'There is no earlier event in the journal.' }).waitFor()
    await type(page, '-1s')
    await page.locator('.space .row').first().waitFor()
    await page.getByRole('button', { name: 'back to now' }).click()
    await banner(page).waitFor({ state: 'detached' })
    expect(conduct.offences).toEqual([])
  })

  test('slow, failing and missing answers: the last moment wins, and what is drawn bears its own name', async () => {
    const other = await browser.newPage()
    other.setDefaultTimeout(20_000)
    await other.goto(`${url}#at=${well}`)
    await draws(other, well)
    // The first answer is held back until the second was drawn.
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await other.route(`**/api/v1/snapshot?at=${killed}`, async (route) => {
      await held
      await route.continue().catch(() => {})
    })
    await type(other, killed)
    await other.locator('.past .asking', { hasText: 'asking for' }).waitFor()
    expect(await banner(other).getAttribute('data-shown')).toBe(well)
    await type(other, forgotten)
    await draws(other, forgotten)
    release()
    await other.waitForTimeout(500)
    expect(await banner(other).getAttribute('data-shown')).toBe(forgotten)
    expect(await drawn(other)).toEqual(told(await at(forgotten)))
    await other.unroute(`**/api/v1/snapshot?at=${killed}`)

    await other.route('**/api/v1/snapshot?*', (route) =>
      route.fulfill({ status: 500, json: { error: 'It failed.', next: 'Its log says why.' } }),
    )
    await type(other, well)
    await other.locator('.past .trouble', { hasText: /cannot be shown\. It failed\. Its log says why\./ }).waitFor()
    expect(await banner(other).getAttribute('data-shown')).toBe(forgotten)
    await other.unroute('**/api/v1/snapshot?*')
    await other.close()
  })

  test('without motion: nothing moves, and what has changed is marked all the same', async () => {
    const animated: boolean[] = []
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      const context = await browser.newContext({ reducedMotion })
      const still = await context.newPage()
      await still.goto(url)
      await still.locator('#freshness[data-state=live]').waitFor()
      const id = `motion-${reducedMotion}`
      await still.evaluate(`
        globalThis.animated = 0
        document.addEventListener('animationstart', () => (animated += 1))
        globalThis.marked = 0
        new MutationObserver((changes) => {
          for (const { target } of changes)
            if (target.dataset?.changed !== undefined && getComputedStyle(target).boxShadow !== 'none') marked += 1
        }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-changed'] })`)
      await containerd.run(id)
      await rowOf(still, id).filter({ hasText: 'running' }).waitFor()
      await containerd.ctr('default', 'task', 'pause', id)
      await rowOf(still, id).and(still.locator('[data-changed]')).filter({ hasText: 'paused' }).waitFor()
      // Played, too.
      await still.goto(`${url}#at=${well}`)
      await draws(still, well)
      expect(await still.evaluate('document.getAnimations().length')).toBe(0)
      await still.getByRole('button', { name: 'play at 60 times' }).click()
      await banner(still).waitFor({ state: 'detached' })
      animated.push(Number(await still.evaluate('animated')) > 0)
      if (reducedMotion === 'reduce') {
        expect(await still.evaluate('document.getAnimations().length')).toBe(0)
        expect(Number(await still.evaluate('marked'))).toBeGreaterThan(0)
      }
      await context.close()
    }
    // With motion there is some: the test would see it.
    expect(animated).toEqual([true, false])
  })

  test('on a narrow screen, under a finger: all of it is in reach, and the past is always in sight', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true })
    const narrow = await context.newPage()
    narrow.setDefaultTimeout(20_000)
    const narrowConduct = watchConduct(narrow)
    await narrow.goto(`${url}#at=${killed}`)
    await draws(narrow, killed)
    const wide = await narrow.evaluate(`[...document.querySelectorAll('body *')]
      .filter((element) => !element.closest('.spoken, .skip, .space, .columns, svg'))
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5).map((element) => element.outerHTML.slice(0, 80))`)
    expect(wide).toEqual([])
    expect(await narrow.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    // As large as a finger needs. https://www.w3.org/WAI/WCAG22/Understanding/target-size-enhanced.html
    for (const tool of await narrow.locator('.tool').all())
      expect((await tool.boundingBox())?.height, (await tool.textContent()) ?? '').toBeGreaterThanOrEqual(44)
    const top = async (selector: string) => (await narrow.locator(selector).boundingBox())?.y ?? Number.NaN
    // What is wrong comes before what there is.
    expect(await top('.verdicts')).toBeLessThan(await top('.forest'))
    expect(await drawn(narrow)).toEqual(told(await at(killed)))
    await narrow.getByRole('slider').tap()
    await until('another moment is drawn', async () => (await banner(narrow).getAttribute('data-shown')) !== killed)
    await narrow.locator('.timeline li').last().scrollIntoViewIfNeeded()
    const box = await banner(narrow).boundingBox()
    expect(box?.y ?? Number.NaN).toBeGreaterThanOrEqual(0)
    expect(box?.y ?? Number.NaN).toBeLessThan(640)
    await narrow.getByRole('button', { name: 'back to now' }).tap()
    await banner(narrow).waitFor({ state: 'detached' })
    expect(narrowConduct.offences).toEqual([])
    await context.close()
  })

  test('the agent goes and comes back: what was drawn stays under its own name, then it goes on by itself', async () => {
    await page.goto(`${url}#at=${well}`)
    await draws(page, well)
    await node.world.kill('TERM', served.pid)
    await gone(node.world, served.pid)
    await page.locator('#freshness[data-state=lost]').waitFor()
    await type(page, killed)
    await page.locator('.past .trouble', { hasText: /cannot be shown\. The agent does not answer\./ }).waitFor()
    expect(await banner(page).getAttribute('data-shown')).toBe(well)
    await startAgain()
    await draws(page, killed)
    expect(await drawn(page)).toEqual(told(heldAt(killed) as Collections))
    expect(conduct.offences).toEqual([])
  })

  test('a damaged journal, and one that is gone: said, and nothing else is shown in its place', async () => {
    const other = await browser.newPage()
    other.setDefaultTimeout(20_000)
    // All but the beginning of the agent's first life is lost.
    await node.world.kill('TERM', served.pid)
    await gone(node.world, served.pid)
    const directory = node.world.path('/run/journal')
    const [first] = listSegments(directory)
    if (first === undefined) throw new Error('there is a segment')
    const segment = readFileSync(first.path)
    const [, head] = recordEnds(segment)
    segment.fill(0xff, (head ?? 0) + 8, (head ?? 0) + 40)
    writeFileSync(first.path, segment)
    await startAgain()
    await until('it serves', () => served.fetch('/-/ready').then(Boolean, () => false))
    await other.goto(`${url}#at=${forgotten}`)
    await draws(other, forgotten)
    await other
      .locator('.past .gap', { hasText: /^The journal is damaged there: .* last seen before, at \d{4}-/ })
      .waitFor()
    expect(await other.locator('.marks .blank').count()).toBe(1)
    expect(await drawn(other)).toEqual(told(await at(forgotten)))
    rmSync(directory, { recursive: true })
    await type(other, '-1s')
    await other
      .locator('.past .trouble', {
        hasText: /cannot be shown\. The journal cannot be read \(ENOENT\)\. See whether the directory/,
      })
      .waitFor()
    expect(await banner(other).getAttribute('data-shown')).toBe(forgotten)
    await other.reload()
    await other
      .locator('.timebar', { hasText: /One cannot look back: The journal cannot be read \(ENOENT\)\./ })
      .waitFor()
    await other.locator('.past .trouble', { hasText: 'The journal cannot be read (ENOENT).' }).waitFor()
    await other.close()
  })

  test('an agent without a journal: no slider, and a sentence how to have one', async () => {
    const world = await openNode({})
    try {
      await serve(world.world, '--interval', '200ms').then(async ({ socket }) => {
        const door = await openDoor(socket)
        world.world.atClose(door.close)
        const plain = await browser.newPage()
        const plainConduct = watchConduct(plain)
        await plain.goto(door.url)
        await plain.locator('.timeline', { hasText: 'start the agent with --journal.directory DIR' }).waitFor()
        expect(await plain.locator('#moment').count()).toBe(0)
        await plain.goto(`${door.url}#at=${well}`)
        await plain.locator('.past .trouble', { hasText: 'This agent keeps no journal' }).waitFor()
        expect(await plain.locator('.space .row').count()).toBe(0)
        expect(plainConduct.offences).toEqual([])
        await plain.close()
      })
    } finally {
      await world.world.close()
    }
  })
})
