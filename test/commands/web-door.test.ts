import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hashSync } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import type { Log } from '../../src/commands/log.ts'
import { webDoor } from '../../src/commands/web-door.ts'
import { authority } from '../support/certificates.ts'
import { folder, shimscope } from './world.ts'

const alice = `basic_auth_users:\n  alice: ${hashSync('correct horse', 4)}\n`
const tls = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n'

/** A door over files, a clock that a test moves, and what was logged. */
function open(files: { configFile?: string; tokenFile?: string }) {
  const lines: string[] = []
  let nowMs = 0
  const told = (level: keyof Log) => (message: string, details: Readonly<Record<string, unknown>> | undefined) => {
    lines.push(JSON.stringify({ level, message, ...details }))
  }
  const log: Log = { debug: told('debug'), info: told('info'), warn: told('warn'), error: told('error') }
  const door = webDoor({ configFile: undefined, tokenFile: undefined, ...files }, log, () => nowMs)
  return {
    door,
    lines,
    later() {
      nowMs += 1_000
      return door.current()
    },
  }
}

describe('the files of the door', () => {
  test('users and a token', () => {
    using here = folder()
    const { door } = open({
      configFile: here.write('web.yml', alice),
      tokenFile: here.write('token', 'a-token-of-some-length\n'),
    })
    expect([...door.current().users.keys()]).toEqual(['alice'])
    expect(door.current().bearerToken).toBe('a-token-of-some-length')
    expect(door.status()).toEqual({
      reload: { successful: true, lastSuccessAtMs: 0 },
      certificateEndsAtMs: undefined,
    })
  })

  test('a file that changes holds within a second; one that breaks does not, and it is said', () => {
    using here = folder()
    const configFile = here.write('web.yml', alice)
    const { door, later, lines } = open({ configFile })
    const first = door.current()
    expect(later()).toBe(first)
    here.write('web.yml', `${alice}# changed\n`)
    expect(door.current()).toBe(first)
    const second = later()
    expect(second).not.toBe(first)
    expect(lines.at(-1)).toContain('read again')

    here.write('web.yml', 'nonsense: 1\n')
    expect(later()).toBe(second)
    expect(door.status().reload).toEqual({ successful: false, lastSuccessAtMs: 2_000 })
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      level: 'error',
      failure: `--web.config.file ${configFile}: nonsense is not known; there are tls_server_config, http_server_config, basic_auth_users, rate_limit`,
    })
    const said = lines.length
    later()
    expect(lines).toHaveLength(said)

    rmSync(configFile)
    expect(later()).toBe(second)
    expect(lines.at(-1)).toContain('cannot be read (ENOENT)')
    here.write('web.yml', alice)
    expect(later()).not.toBe(second)
    expect(door.status().reload).toEqual({ successful: true, lastSuccessAtMs: 6_000 })
  })

  test('a token that changes', () => {
    using here = folder()
    const tokenFile = here.write('token', 'a-token-of-some-length')
    const { later } = open({ tokenFile })
    here.write('token', 'a-token-of-another-length')
    expect(later().bearerToken).toBe('a-token-of-another-length')
  })

  test('a certificate that is renewed, a key first and its certificate later', () => {
    using here = folder()
    const ca = authority(here.path)
    ca.issue('server', 'DNS:localhost')
    ca.issue('next', 'DNS:localhost')
    const { door, later } = open({ configFile: here.write('web.yml', tls) })
    const first = door.current()
    const endsAtMs = door.status().certificateEndsAtMs ?? 0
    expect(endsAtMs).toBeGreaterThan(Date.now())
    copyFileSync(ca.path('next.key'), ca.path('server.key'))
    expect(later()).toBe(first)
    expect(door.status().reload?.successful).toBe(false)
    renameSync(ca.path('next.crt'), ca.path('server.crt'))
    expect(later()).not.toBe(first)
    expect(door.status().reload?.successful).toBe(true)
  })

  test('SIGHUP reads again what seems unchanged', () => {
    using here = folder()
    const { door } = open({ configFile: here.write('web.yml', alice) })
    const first = door.current()
    door.reload()
    expect(door.current()).not.toBe(first)
  })
})

describe('bad input: refused at the start, in one sentence', () => {
  const refusal = async (...argv: string[]) => {
    const { code, out, err } = await shimscope(['serve', '--web.listen-address', '127.0.0.1:0', ...argv])
    expect(err).toMatch(/^shimscope: [^\n]*\n$/)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    return err
  }

  test('files that are not there, or say nothing', async () => {
    using here = folder()
    expect(await refusal('--web.config.file', '/not/there')).toContain(
      '--web.config.file /not/there cannot be read (ENOENT)',
    )
    expect(await refusal('--web.bearer-token-file', '/not/there')).toContain(
      '--web.bearer-token-file /not/there cannot be read (ENOENT)',
    )
    for (const text of ['', 'short', 'two words that are long enough', `${'x'.repeat(20)}\nsecond`]) {
      const err = await refusal('--web.bearer-token-file', here.write('token', text))
      expect(err).toContain('holds no token')
      if (text !== '') expect(err).not.toContain(text)
    }
    expect(await refusal('--web.allowed-hosts', 'http://a')).toContain('is no host name')
  })

  test('keys and certificates that cannot be used', async () => {
    using here = folder()
    const ca = authority(here.path)
    ca.issue('server', 'DNS:localhost')
    ca.issue('other', 'DNS:localhost')
    const broken = async (text: string) => refusal('--web.config.file', here.write('web.yml', text))
    expect(await broken(tls.replace('server.key', 'nowhere.key'))).toContain(
      `key_file ${ca.path('nowhere.key')} cannot be read (ENOENT)`,
    )
    expect(await broken(tls.replace('server.key', 'other.key'))).toContain('key values mismatch')
    writeFileSync(ca.path('garbage'), 'not a certificate')
    expect(await broken(tls.replace('server.crt', 'garbage'))).toContain('cannot be used')
    expect(await broken(tls.replace('server.key', 'garbage'))).toContain('cannot be used')
    const verifying = `${tls}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: garbage\n`
    expect(await broken(verifying)).toContain('the client_ca of tls_server_config is no certificate')
    expect(await broken(`${tls}  certfile: x\n`)).toContain('tls_server_config.certfile is not known')
  })
})
