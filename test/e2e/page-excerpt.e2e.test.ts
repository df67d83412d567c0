import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, watchConduct } from './support/browser.ts'
import { play } from './support/play.ts'
import { skipReal } from './support/prerequisites.ts'
import { project } from './support/world.ts'

/** Of containerd 1.6: recorded by excerpt.e2e.test.ts. */
const recorded = join(project, 'test/excerpts/pod-forgotten-shim-killed')
const end = '{"end":{"moments":6,"events":10}}\n'

/** The same, and the node is rebooted after it: written by hand. */
const rebooted = (): string => {
  const text = readFileSync(recorded, 'utf8')
  expect(text.endsWith(end)).toBe(true)
  const moment = JSON.parse(text.split('\n').find((line) => line.startsWith('{"moment"')) ?? '')
  return [
    text.slice(0, -end.length),
    '{"run":{"run":"after","node":"node-1","bootId":"00000000-0000-4000-8000-000000000002"}}\n',
    `${JSON.stringify({ moment: { ...moment.moment, takenAt: '2026-11-21T18:34:00.000Z' } })}\n`,
    '{"end":{"moments":7,"events":10}}\n',
  ].join('')
}

describe.skipIf(skipReal())('the page over a file from a journal', () => {
  let browser: Browser
  let directory: string
  beforeAll(async () => {
    browser = await openBrowser()
    directory = mkdtempSync(join(tmpdir(), 'shimscope-page-'))
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    rmSync(directory, { recursive: true })
  })

  const openPage = async (url: string) => {
    const page = await browser.newPage()
    page.setDefaultTimeout(30_000)
    const conduct = watchConduct(page)
    await page.goto(url)
    return { page, conduct }
  }
  const tick = (page: Page) => page.getByRole('checkbox', { name: 'processes' })

  test('asked for processes it says that there are none, and asks no more', { timeout: 120_000 }, async () => {
    await using playing = await play(recorded, '--speed', '1000')
    const { page, conduct } = await openPage(playing.url)
    await page.locator('.row.container').first().waitFor()
    await tick(page).click()
    await page.locator('.tools label', { hasText: 'processes (not in the journal)' }).waitFor()
    expect(await tick(page).isDisabled()).toBe(true)
    expect(await page.locator('.hits').textContent()).toBe('')
    // What one could unfold is not there.
    expect(await page.locator('.row.container[aria-expanded]').count()).toBe(0)
    // A link that someone else was sent.
    const { page: other, conduct: others } = await openPage(`${playing.url}#processes`)
    await other.locator('.tools label', { hasText: 'processes (not in the journal)' }).waitFor()
    await other.getByRole('searchbox').fill('web')
    await other.locator('.hits', { hasText: /hit/ }).waitFor()
    expect(await other.getByRole('button', { name: 'search processes too' }).count()).toBe(0)
    expect([...conduct.offences, ...others.offences]).toEqual([])
    await page.close()
    await other.close()
  })

  test('a recording has them', { timeout: 120_000 }, async () => {
    await using playing = await play(join(project, 'test/recordings/demo-pod-shim-killed.proc'), '--speed', '1000')
    const { page } = await openPage(playing.url)
    await page.locator('.row.container').first().waitFor()
    expect(await page.locator('.row.container[aria-expanded]').count()).toBeGreaterThan(0)
    await tick(page).check()
    await page.locator('.row.process').first().waitFor()
    expect(await tick(page).isEnabled()).toBe(true)
    await page.close()
  })

  test('a reboot is told: in the timeline, in words, and among what happened', { timeout: 120_000 }, async () => {
    const file = join(directory, 'rebooted')
    writeFileSync(file, rebooted())
    await using playing = await play(file, '--speed', '1000')
    const { page, conduct } = await openPage(playing.url)
    const told = page.locator('.timeline li', { hasText: 'node-rebooted' })
    await told.waitFor()
    expect(await told.textContent()).toContain('the node was rebooted: 1 shim and 2 containers of before are gone')
    await page.locator('#marked', { hasText: /the node was rebooted before \d/ }).waitFor()
    expect(await page.locator('.marks .reboot').count()).toBe(1)
    // As of the first look after it, what happened before is told, too; as of the last one before it, it is not yet told.
    const drawn = async (at: string) => {
      await page.goto(`${playing.url}#at=${at}`)
      await page.locator(`#past-title[data-shown="${at}"]`).waitFor()
      return await page.locator('.timeline li').allTextContents()
    }
    const after = await drawn('2026-11-21T18:34:00.000Z')
    expect(after[0]).toContain('node-rebooted')
    expect(after).toHaveLength(11)
    const before = await drawn('2026-11-21T18:33:00.000Z')
    expect(before).toEqual(after.slice(1))
    expect(conduct.offences).toEqual([])
    await page.close()
  })
})
