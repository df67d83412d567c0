import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Debian's Chromium, without a window. As root it has no sandbox of its own. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })

export interface Door {
  /** The page's address, on our side. */
  readonly url: string
  close(): void
}

/** A port here that leads to the unix socket of an agent in a world. */
export async function openDoor(socket: string): Promise<Door> {
  const server = createServer((near) => {
    const far = connect(socket)
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}

/** What a page should not do: ask another host for something, fail in its scripts, break its content security policy. */
export function watchConduct(page: Page): { readonly offences: readonly string[] } {
  const offences: string[] = []
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (protocol !== 'data:' && hostname !== '127.0.0.1') offences.push(`asked for ${request.url()}`)
  })
  page.on('pageerror', (error) => offences.push(`failed: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    // That the agent does not answer while it is restarted is no fault of the page.
    if (message.type() === 'error' && !/net::ERR_|WebSocket connection/.test(message.text())) {
      offences.push(`complained: ${message.text()}`)
    }
  })
  return { offences }
}
