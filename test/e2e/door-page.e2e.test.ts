import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { authority } from '../support/certificates.ts'
import { skipReal } from './support/prerequisites.ts'
import { project } from './support/world.ts'

const recording = join(project, 'test/recordings/demo-pod-shim-killed.proc')

test.skipIf(skipReal())(
  'a browser: one password opens the page and its live feed, over TLS; without it there is nothing',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shimscope-'))
    authority(folder).issue('server', 'DNS:localhost,IP:127.0.0.1')
    const web = join(folder, 'web.yml')
    const tls = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n'
    writeFileSync(web, `${tls}basic_auth_users:\n  alice: ${hashSync('correct horse', 10)}\n`)
    const listen = ['--web.listen-address', '127.0.0.1:0', '--web.config.file', web]
    const agent = spawn(process.execPath, [
      join(project, 'dist/main.js'),
      'serve',
      '--loop',
      '--from',
      recording,
      ...listen,
    ])
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
    try {
      const url = await new Promise<string>((resolve, reject) => {
        agent.stdout.on('data', (text) => {
          const found = /https:\/\/\S+/.exec(String(text))?.[0]
          if (found !== undefined) resolve(found)
        })
        agent.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
      })
      const stranger = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
      // A person would be asked for the password; here nobody answers.
      await expect(stranger.goto(url)).rejects.toThrow('ERR_INVALID_AUTH_CREDENTIALS')

      const httpCredentials = { username: 'alice', password: 'correct horse' }
      const page = await (await browser.newContext({ ignoreHTTPSErrors: true, httpCredentials })).newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      const frames: string[] = []
      page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))))
      expect((await page.goto(url))?.status()).toBe(200)
      await expect
        .poll(() => frames.some((frame) => frame.includes('"type":"snapshot"')), { timeout: 30_000 })
        .toBe(true)
      // The policy forbids scripts in the page itself, and the page needs none.
      await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.hit = 1">')`)
      await expect.poll(() => complaints.some((text) => text.includes('Content Security Policy'))).toBe(true)
      expect(await page.evaluate(`'hit' in window`)).toBe(false)
      expect(complaints.filter((text) => !text.includes('Content Security Policy') && !text.includes('404'))).toEqual(
        [],
      )
    } finally {
      await browser.close()
      const ended = new Promise((resolve) => agent.once('exit', resolve))
      agent.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true })
    }
  },
)
