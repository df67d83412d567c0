import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Container, Process, Snapshot } from '../../src/core/model/snapshot.ts'
import { writeFrame } from '../../src/outputs/http/live-schema.ts'
import { buildServer } from '../../src/outputs/http/server.ts'
import { addLive } from '../../src/outputs/live/add-live.ts'
import { readPage } from '../../src/outputs/web/read-page.ts'
import { type MemoryAgent, memoryAgent } from '../outputs/support/memory-agent.ts'
import { openBrowser, watchConduct } from './support/browser.ts'
import { crowdedNode } from './support/crowded-node.ts'
import { skipReal } from './support/prerequisites.ts'
import { everyRowId, scrollWithWheel, type Smoothness, told, watchSmoothness } from './support/smoothness.ts'

const pods = 250
const changes = 1000

/** Times depend on the machine: they are printed. What is asserted is that no row is lost, and how few are drawn. */
describe.skipIf(skipReal())('the page over a node with 10,000 processes', () => {
  let browser: Browser
  let page: Page
  let smoothness: Smoothness
  let agent: MemoryAgent
  let close: () => Promise<void>
  let conduct: { readonly offences: readonly string[] }

  beforeAll(async () => {
    const node = await crowdedNode(pods)
    agent = memoryAgent(node.snapshot, 100)
    agent.running = node.processes()
    expect(agent.running.length).toBeGreaterThanOrEqual(10_000)
    const served = await serve(agent)
    close = served.close
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
    page.setDefaultTimeout(60_000)
    conduct = watchConduct(page)
    smoothness = await watchSmoothness(page)
    await page.goto(`${served.url}#processes`)
    await page.locator('.row.process').first().waitFor()
  })

  afterAll(async () => {
    await browser?.close()
    await close?.()
  })

  test('draws few rows, loses none, and has the right one at its end', async () => {
    console.log(
      `  first row painted after ${Math.round(await smoothness.firstRowMs())} ms; ${told(await smoothness.stretch())}`,
    )
    await scrollWithWheel(page, 240)
    const scrolled = await smoothness.stretch()
    console.log(`  scrolling: ${told(scrolled)}`)
    expect(scrolled.mostRows).toBeLessThan(100)
    await holdsEveryRow()
  })

  test('a flood of 1,000 changes, and still the same', async () => {
    const flooded = flood(agent)
    await scrollWithWheel(page, 240)
    await flooded
    const during = await smoothness.stretch()
    console.log(`  scrolling in a flood of ${changes} changes: ${told(during)}`)
    expect(during.mostRows).toBeLessThan(100)
    const last = latestOf(agent)
    await page.locator(`#tree[aria-rowcount="${rowIds().length + 1}"]`).waitFor()
    await scrollWithWheel(page, 240)
    console.log(`  scrolling after it: ${told(await smoothness.stretch())}`)
    await holdsEveryRow()
    // What the rows say is what the agent said last.
    for (const container of last.containers.filter((_, index) => index % 125 === 1)) {
      await page.locator('#search').fill(container.id)
      await page.locator(`.row[data-id="container|${container.key}"]`, { hasText: container.state }).waitFor()
    }
    expect(conduct.offences).toEqual([])
  })

  test('finds one process among them, and forgets what it does not show', async () => {
    await page.locator('#search').fill('sshd')
    await page.locator('.row.process', { hasText: 'sshd' }).waitFor()
    expect(await page.locator('.space .row').count()).toBeLessThan(5)
    await page.locator('#search').fill('')
    await page.getByLabel('processes', { exact: true }).uncheck()
    await page.locator('.row.process').first().waitFor({ state: 'detached' })
    await page
      .locator(`#tree[aria-rowcount="${rowIds().filter((id) => !/^(process|others)\|/.test(id)).length + 1}"]`)
      .waitFor()
  })

  /** What must be there: a row for each element, and for each process that is no daemon and no shim. */
  const rowIds = (): readonly string[] => {
    const { daemons, shims, containers } = latestOf(agent)
    const own = new Set<string>([...daemons, ...shims].map(({ key }) => key))
    return [
      ...daemons.map(({ key }) => `daemon|${key}`),
      ...shims.map(({ key }) => `shim|${key}`),
      ...containers.map(({ key }) => `container|${key}`),
      ...agent.running.filter(({ key }) => !own.has(key)).map(({ key }) => `process|${key}`),
      'others|',
    ]
  }

  async function holdsEveryRow(): Promise<void> {
    expect([...(await everyRowId(page))].sort()).toEqual([...rowIds()].sort())
    await page.locator('#tree').focus()
    await page.keyboard.press('End')
    // sshd has no container, and everything of that kind stands last.
    expect(await page.locator('.row[data-active=true]').textContent()).toContain('sshd')
    await page.keyboard.press('Home')
    expect(await page.locator('.row[data-active=true]').getAttribute('data-id')).toMatch(/^daemon\|/)
  }
})

/** The built page and the feed, over an agent whose passes are made here. */
async function serve(agent: MemoryAgent) {
  const app = buildServer({
    agent,
    version: '1',
    assets: readPage(fileURLToPath(new URL('../../dist/outputs/web/page', import.meta.url))),
    renderMetrics: async () => ({ contentType: 'text/plain', body: '' }),
    renderTree: () => '',
    verdictTable: [],
    runtimeTable: [],
    loopback: true,
  })
  await addLive(app, { agent, writeFrame })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`, close: () => app.close() }
}

function latestOf(agent: MemoryAgent): Snapshot {
  const pass = agent.latest()
  if (pass === undefined) throw new Error('the agent has looked')
  return pass.snapshot
}

/** Pauses and resumes containers and replaces workers, one of each a pass. */
async function flood(agent: MemoryAgent): Promise<void> {
  for (let change = 0; change < changes; change++) {
    const snapshot = latestOf(agent)
    const at = (change * 7) % snapshot.containers.length
    agent.running = agent.running.map((process) => (process.pid % 1000 === change ? successorOf(process) : process))
    agent.look({
      ...snapshot,
      takenAt: new Date(Date.parse(snapshot.takenAt) + 100).toISOString(),
      containers: snapshot.containers.map((container, index) => (index === at ? turned(container) : container)),
    })
    await sleep(5)
  }
}

const turned = (container: Container): Container => ({
  ...container,
  state: container.state === 'paused' ? 'running' : 'paused',
})

/** Another process with the same pid: only those that nobody has as a parent are replaced. */
const successorOf = (process: Process): Process =>
  process.role === 'workload' ? { ...process, key: `${process.pid}@99999999` } : process
