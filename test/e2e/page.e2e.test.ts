import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, openDoor, watchConduct } from './support/browser.ts'
import type { Containerd } from './support/containerd.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { killed, shimOf } from './support/processes.ts'
import { type Served, serve } from './support/serve.ts'
import { shimscopeIn } from './support/shimscope.ts'

const options = ['--interval', '200ms', '--grace', '0s']

/** A program that bears markup as its name, told markup and what turns text around. `pause` waits whatever it is told. */
const hostile = `
/bin/busybox mkdir /opt
/bin/busybox cp /bin/pause '/opt/<img onerror>'
exec '/opt/<img onerror>' '<img src=x onerror=document.title=1>' 'a\u202eb'
`

const rowOf = (page: Page, id: string) => page.locator(`.row.container[data-id$="${id}"]`)

/** One browser over one node: what happens on the node is done with containerd's own tools, and seen on the page. */
describe.skipIf(skipReal())('the page over a real node', () => {
  let browser: Browser
  let node: Node
  let containerd: Containerd
  let served: Served
  let page: Page
  let url: string
  let conduct: { readonly offences: readonly string[] }

  beforeAll(async () => {
    browser = await openBrowser()
    node = await openNode({})
    containerd = await node.containerd()
    served = await serve(node.world, ...options)
    const door = await openDoor(served.socket)
    node.world.atClose(door.close)
    url = door.url
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    page = await context.newPage()
    page.setDefaultTimeout(20_000)
    conduct = watchConduct(page)
    await page.goto(url)
    await page.locator('#freshness[data-state=live]').waitFor()
    // A reload would forget it.
    await page.evaluate('globalThis.opened = "once"')
  })

  afterAll(async () => {
    await browser?.close()
    await node?.world.close()
  })

  test('a container starts, is paused and goes on', async () => {
    await containerd.run('web')
    await rowOf(page, 'web').filter({ hasText: 'running' }).waitFor()
    await page.locator('.timeline li', { hasText: 'container-created' }).waitFor()
    await containerd.ctr('default', 'task', 'pause', 'web')
    await rowOf(page, 'web').and(page.locator('[data-changed]')).filter({ hasText: 'paused' }).waitFor()
    await containerd.ctr('default', 'task', 'resume', 'web')
    await rowOf(page, 'web').filter({ hasText: 'running' }).waitFor()
    expect(await page.evaluate('globalThis.opened')).toBe('once')
  })

  test('what a process calls itself is text, and what one would not see in it is written out', async () => {
    await containerd.run('hostile', { command: ['sh', '-c', hostile] })
    await rowOf(page, 'hostile').waitFor()
    await rowOf(page, 'hostile').locator('.fold').click()
    const row = page.locator('.row.process', { hasText: '<img onerror>' })
    await row.waitFor()
    expect(await row.locator('b').textContent()).toBe('<img onerror>')
    expect(await row.locator('.rest').textContent()).toContain('<img src=x onerror=document.title=1>')
    expect(await row.locator('.escaped').textContent()).toBe('\\u{202e}')
    await row.click()
    await page.locator('.details', { hasText: "'<img src=x onerror=document.title=1>'" }).waitFor()
    expect(await page.locator('img').count()).toBe(0)
    // A link to one process: the page asks for processes, unfolds what it is in and brings it into sight.
    const other = await browser.newPage()
    await other.goto(page.url())
    await other.locator('.row.process[aria-selected=true]', { hasText: '<img onerror>' }).waitFor()
    await other.close()
    expect(await page.title()).not.toBe('1')
  })

  test('the keyboard leads through search and tree', async () => {
    await page.locator('#tree').focus()
    await page.keyboard.press('Escape')
    await page.locator('.details').waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type('web')
    await rowOf(page, 'hostile').waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    const chosen = page.locator('.row[aria-selected=true]')
    expect(await chosen.getAttribute('data-id')).toMatch(/^container\|.*web$/)
    expect(await page.locator('#tree').getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'))
    // And as a screen reader has it.
    const grid = page.getByRole('treegrid', { name: 'Who keeps what' })
    await grid.getByRole('row', { name: /^container web running/, level: 3, expanded: false, selected: true }).waitFor()
    await page.keyboard.press('ArrowLeft')
    expect(await page.locator('.row[data-active=true]').getAttribute('data-id')).toMatch(/^shim\|/)
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await rowOf(page, 'hostile').waitFor()
  })

  test('a shim is killed while containerd is down: the verdict, its evidence, and a copy of it for a chat', async () => {
    await containerd.stop('KILL')
    const shim = shimOf(node.world, 'web')
    await killed(node.world, shim)
    const card = page.locator('.card.critical.firing', { hasText: 'container-shimless' })
    await card.waitFor()
    await page.locator('.spoken[aria-live]', { hasText: 'web' }).waitFor({ state: 'attached' })
    await rowOf(page, 'web').filter({ hasText: 'container-shimless' }).waitFor()
    expect(await card.locator('.evidence dt').count()).toBeGreaterThan(0)
    for (const link of await card.locator('a').all()) {
      expect(await link.getAttribute('href')).toMatch(/^https:\/\//)
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
    }
    await card.locator('.copy').click()
    await card.locator('.copy', { hasText: 'copied' }).waitFor()
    const copied = String(await page.evaluate('navigator.clipboard.readText()'))
    expect(copied).toMatch(/^CRITICAL container-shimless on .*\nAbout: web\n/)
    expect(copied).toContain('Evidence:\n- ')
    // The link in it leads a colleague to the same verdict.
    const colleague = await browser.newPage()
    await colleague.goto(copied.split('\n').at(-1) ?? '')
    await colleague.locator('.card[aria-current=true]', { hasText: 'container-shimless' }).waitFor()
    await colleague.locator('.details', { hasText: 'web' }).waitFor()
    await colleague.close()
    expect(await page.evaluate('globalThis.opened')).toBe('once')
  })

  test('the URL holds selection, search and filter', async () => {
    await page.locator('#search').fill('web')
    await page.getByLabel('only what is wrong').check()
    await rowOf(page, 'web').click()
    const other = await browser.newPage()
    const otherConduct = watchConduct(other)
    await other.goto(page.url())
    await other.locator('.details', { hasText: 'container-shimless' }).waitFor()
    expect(await other.locator('#search').inputValue()).toBe('web')
    expect(await other.getByLabel('only what is wrong').isChecked()).toBe(true)
    expect(await other.locator('.row[aria-selected=true]').getAttribute('data-id')).toMatch(/web$/)
    expect(await other.locator('.space .row').count()).toBe(1)
    expect(otherConduct.offences).toEqual([])
    await other.close()
    await page.goto(url)
    await page.evaluate('globalThis.opened = "twice"')
  })

  test('the agent is restarted: the page says so, and goes on by itself', async () => {
    await page.locator('#freshness[data-state=live]').waitFor()
    await node.world.kill('TERM', served.pid)
    await page.locator('#freshness[data-state=lost]').waitFor()
    // What was known stays in sight.
    expect(await rowOf(page, 'web').count()).toBe(1)
    await containerd.start()
    await containerd.run('later')
    await node.world.start('/run/shimscope.2.log', ...shimscopeIn(node.world), 'serve', ...options)
    await page.locator('#freshness[data-state=live]').waitFor()
    await rowOf(page, 'later').filter({ hasText: 'running' }).waitFor()
    await page.locator('.row.daemon', { hasText: 'listening' }).waitFor()
    expect(await page.evaluate('globalThis.opened')).toBe('twice')
    expect(conduct.offences).toEqual([])
  })
})
