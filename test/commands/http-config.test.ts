import { afterEach, describe, expect, test } from 'vitest'
import { type Access, readHttpConfig } from '../../src/commands/http-config.ts'
import { type Watched, watchThere } from '../../src/commands/watched.ts'
import { BadInput } from '../../src/sources/bad-input.ts'
import { until } from '../outputs/live/support/feed.ts'
import { authority } from '../support/certificates.ts'
import { folder, leakedShim, serving, shimscope } from './world.ts'

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

describe('what a client says to come in', () => {
  test('a name and its password, also from files, without the end of their line', () => {
    using here = folder()
    here.write('password', 's:cret\n')
    const path = here.write('http.yml', 'basic_auth:\n  username: me\n  password_file: password\n')
    expect(readHttpConfig(path)).toEqual({ headers: { authorization: `Basic ${btoa('me:s:cret')}` }, tls: {} })
  })

  test('a token, and another scheme', () => {
    using here = folder()
    here.write('token', 'abc.def\n')
    const of = (text: string) => readHttpConfig(here.write('http.yml', text)).headers
    expect(of('authorization:\n  credentials_file: token\n')).toEqual({ authorization: 'Bearer abc.def' })
    expect(of('authorization:\n  type: Token\n  credentials: x\n')).toEqual({ authorization: 'Token x' })
    expect(of('')).toEqual({})
  })

  test.each([
    ['nonsense: 1', 'nonsense is not known; there are basic_auth, authorization, tls_config'],
    ['a: [', 'line 1 is no YAML'],
    ['basic_auth:\n  password: hunter2', 'basic_auth has neither username nor username_file'],
    [
      'basic_auth:\n  username: a\n  password: hunter2\n  password_file: b',
      'basic_auth has both password and password_file',
    ],
    ['basic_auth:\n  username: a\nauthorization:\n  credentials: hunter2', 'it has both basic_auth and authorization'],
    ['authorization:\n  type: Bearer', 'authorization has neither credentials_file nor credentials'],
    ['authorization:\n  credentials: "hunter2\\u0001"', 'authorization has a character that no header may have'],
    ['authorization:\n  credentials_file: nowhere', 'authorization.credentials_file nowhere cannot be read (ENOENT)'],
    ['tls_config:\n  ca: hunter2', 'the ca of tls_config is no certificate'],
    ['tls_config:\n  cert: hunter2', 'tls_config has one of certificate and key'],
    ['tls_config:\n  cert: hunter2\n  key: hunter2', 'ca, certificate and key of tls_config cannot be used'],
  ])('%j: refused in one sentence that tells no secret', (text, reason) => {
    using here = folder()
    const path = here.write('http.yml', text)
    const told = messageOf(() => readHttpConfig(path))
    expect(told).toContain(`--http.config.file ${path}: ${reason}`)
    expect(told).not.toContain('hunter2')
  })

  test('without an agent to call it is of no use', async () => {
    const { code, err } = await shimscope(['watch', '--http.config.file', '/not/there'])
    expect({ code, err }).toEqual({
      code: 2,
      err: 'shimscope: --http.config.file says how the agent at --url is called; give its address with --url\n',
    })
  })
})

test('an agent behind its door is watched by who has CA, certificate and token, and by nobody else', async () => {
  using here = folder()
  const ca = authority(here.path)
  ca.issue('server', 'IP:127.0.0.1')
  ca.issue('client', 'DNS:operator')
  const tokenFile = here.write('token', 'a-token-of-some-length\n')
  const agent = await serving(
    '--from',
    here.write('one.proc', leakedShim(600)),
    '--web.config.file',
    here.write(
      'web.yml',
      [
        'tls_server_config:',
        '  cert_file: server.crt',
        '  key_file: server.key',
        '  client_ca_file: ca.crt',
        '  client_auth_type: RequireAndVerifyClientCert',
      ].join('\n'),
    ),
    '--web.bearer-token-file',
    tokenFile,
  )
  opened.push(agent)
  const url = agent.url.replace(/\/$/, '')
  const whole = [
    'authorization: {credentials_file: token}',
    'tls_config: {ca_file: ca.crt, cert_file: client.crt, key_file: client.key}',
  ]
  const watched = (lines: readonly string[]): Watched => {
    const access: Access = readHttpConfig(here.write('http.yml', lines.join('\n')))
    const one = watchThere(url, () => {}, access)
    opened.push(one)
    return one
  }
  const lost = async (lines: readonly string[]) => {
    const one = watched(lines)
    const link = () => (one.picture().origin as { link: unknown }).link
    await until(() => typeof link() === 'object')
    expect(one.picture().snapshot).toBeUndefined()
    return (link() as { lost: string }).lost
  }

  const one = watched(whole)
  await until(() => one.picture().snapshot !== undefined)
  expect(one.picture().origin).toEqual({ kind: 'agent', url, link: 'live' })

  expect(await lost(whole.slice(0, 1))).toMatch(/self.signed|unable to/)
  expect(await lost(whole.slice(1))).toContain('401')
  expect(await lost([...whole.slice(0, 1), 'tls_config: {ca_file: ca.crt}'])).toMatch(/alert|certificate|socket|reset/i)
})

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof BadInput) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}
