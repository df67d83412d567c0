// The README's pictures of the page, taken in Chromium from recorded incidents: `npm run screenshots`, or with another
// browser `CHROMIUM=/path/to/chromium npm run screenshots`. With arguments, only pictures of those names.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** @type {{name: string, file: string, width: number, height: number, scheme: 'light' | 'dark', journal?: true, look: (page: import('playwright-core').Page) => Promise<void>}[]} */
const pictures = [
  {
    name: 'incident',
    file: 'recordings/demo-pod-shim-killed.proc',
    width: 1280,
    height: 760,
    scheme: 'light',
    async look(page) {
      await page.locator('.card .link').first().click()
    },
  },
  {
    name: 'processes-dark',
    file: 'recordings/side-by-side.proc',
    width: 1280,
    height: 640,
    scheme: 'dark',
    async look(page) {
      await page.getByLabel('processes', { exact: true }).check()
      await page.locator('.row.process').first().waitFor()
      await page.locator('.row.shim').first().click()
    },
  },
  {
    name: 'narrow',
    file: 'recordings/shim-abandoned.proc',
    width: 400,
    height: 760,
    scheme: 'light',
    async look() {},
  },
  {
    // Before the shim was killed: all was well, and the timeline shows what was to come.
    name: 'past',
    file: 'recordings/demo-pod-shim-killed.proc',
    width: 1280,
    height: 640,
    scheme: 'light',
    journal: true,
    async look(page) {
      await page.locator('#moment').focus()
      await page.keyboard.press('Home')
      for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight')
      await page.locator('#past-title[data-shown]').waitFor()
      await page.locator('.row.shim').first().click()
    },
  },
  {
    name: 'past-dark-narrow',
    file: 'recordings/demo-pod-shim-killed.proc',
    width: 400,
    height: 760,
    scheme: 'dark',
    journal: true,
    async look(page) {
      await page.getByRole('button', { name: 'previous event' }).click()
      await page.mouse.move(0, 0)
      await page.locator('#past-title[data-shown]').waitFor()
    },
  },
  {
    name: 'from-journal',
    file: 'excerpts/pod-forgotten-shim-killed',
    width: 1280,
    height: 720,
    scheme: 'light',
    async look(page) {
      await page.locator('.card .link').first().click()
    },
  },
]

const wanted = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  for (const picture of pictures) {
    if (wanted.length === 0 || wanted.includes(picture.name)) await take(picture)
  }
} finally {
  await browser.close()
}

async function take({ name, file, width, height, scheme, journal = false, look }) {
  const { url, stop } = await play(here(`../${file}`), journal)
  try {
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: 'no-preference',
    })
    await page.goto(url)
    await page.locator('#freshness[data-state=live]').waitFor()
    // The whole recording has been played, and what changed last does not glow any more.
    await page.waitForTimeout(3000)
    await look(page)
    await page.waitForTimeout(300)
    const path = here(`./${name}.png`)
    await page.screenshot({ path })
    await page.close()
    console.log(path)
  } finally {
    await stop()
  }
}

/** Serves a recording, its moments one right after the other; with a journal of them, if that is asked for. */
async function play(file, withJournal) {
  const directory = withJournal ? mkdtempSync(join(tmpdir(), 'shimscope-journal-')) : undefined
  const serving = spawn(
    process.execPath,
    [
      here('../../dist/main.js'),
      'serve',
      '--from',
      file,
      '--grace',
      '0s',
      '--speed',
      '20',
      '--web.listen-address',
      '127.0.0.1:0',
      ...(directory === undefined ? [] : ['--journal.directory', directory]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const gone = new Promise((resolve) => serving.once('exit', resolve))
  const url = await new Promise((resolve, reject) => {
    let said = ''
    const heard = (text) => {
      said += text
      const found = /http:\/\/\S+:\d+\//.exec(said)
      if (found !== null) resolve(found[0])
    }
    serving.stdout.on('data', heard)
    serving.stderr.on('data', heard)
    serving.once('exit', (code) => reject(new Error(`shimscope serve ended with ${code}: ${said}`)))
  })
  return {
    url,
    async stop() {
      serving.kill()
      await gone
      if (directory !== undefined) rmSync(directory, { recursive: true })
    },
  }
}
