import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { explainListenFailure, isLoopback, parseListenAddress } from '../../../src/outputs/http/listen-address.ts'

test.each([
  ['127.0.0.1:19256', { host: '127.0.0.1', port: 19256 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:19256', { host: '::1', port: 19256 }],
  [':9100', { host: '::', port: 9100 }],
  [' node-1.example:80 ', { host: 'node-1.example', port: 80 }],
])('%s', (text, expected) => expect(parseListenAddress(text)).toEqual(expected))

test.each([
  '',
  '19256',
  '127.0.0.1',
  '127.0.0.1:',
  '127.0.0.1:65536',
  '::1:19256',
  'http://localhost:80',
  'a b:1',
  'host:-1',
])('%j is no address, and says so', (text) => {
  expect(parseListenAddress(text)).toEqual({
    error: expect.stringMatching(/is no address to listen at; give HOST:PORT/),
  })
})

test('what the loopback is', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '::', 'node-1', '127.evil.example'].some(isLoopback)).toBe(false)
})

describe('why a server cannot listen', () => {
  const failure = (host: string, port: number) =>
    new Promise<unknown>((resolve) => createServer().on('error', resolve).listen({ host, port }))
  test('a taken port, as the kernel says it', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    const sentence = explainListenFailure(await failure('127.0.0.1', port), `127.0.0.1:${port}`)
    taken.close()
    expect(sentence).toBe(
      `127.0.0.1:${port} is taken by another process; see which with \`ss -ltnp 'sport = :${port}'\`, or choose another with --web.listen-address.`,
    )
  })
  test('an address that is not ours', async () => {
    expect(explainListenFailure(await failure('192.0.2.1', 1), '192.0.2.1:1')).toMatch(/is no address of this machine/)
  })
  test('no privilege, no such host; anything else is a surprise', () => {
    expect(explainListenFailure({ code: 'EACCES' }, '127.0.0.1:80')).toMatch(/port above 1023/)
    expect(explainListenFailure({ code: 'ENOTFOUND' }, 'nowhere:80')).toMatch(/has no address/)
    expect(explainListenFailure(new Error('x'), 'x:1')).toBeUndefined()
    expect(explainListenFailure(null, 'x:1')).toBeUndefined()
  })
})
