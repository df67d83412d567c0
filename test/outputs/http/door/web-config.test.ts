import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { BrokenWebConfig } from '../../../../src/outputs/http/door/fields.ts'
import { parseWebConfig } from '../../../../src/outputs/http/door/web-config.ts'
import { authority } from '../../../support/certificates.ts'

const hash = `$2y$10$${'a'.repeat(53)}`
const files = 'cert_file: server.crt\n  key_file: server.key'

/** What Prometheus' own checker says of the same text: `takes` or `refuses`. */
type Promtool = 'takes' | 'refuses'

const broken: readonly (readonly [text: string, sentence: string, promtool: Promtool])[] = [
  ['[]', 'it is no mapping', 'refuses'],
  ['a: [', 'line 1 is no YAML', 'refuses'],
  ['tls_server_config: {}\ntls_server_config: {}', 'line 2 is no YAML', 'refuses'],
  ['bearer: x', 'bearer is not known; there are tls_server_config, http_server_config', 'refuses'],
  ['tls_server_config:\n  certfile: x', 'tls_server_config.certfile is not known', 'refuses'],
  ['tls_server_config: server.crt', 'tls_server_config is no mapping', 'refuses'],
  ['tls_server_config:\n  cert_file: server.crt', 'neither key_file nor key', 'refuses'],
  ['tls_server_config:\n  key_file: server.key', 'neither cert_file nor cert', 'refuses'],
  ['tls_server_config:\n  cert_file: [1]', 'cert_file is no text', 'refuses'],
  [
    `tls_server_config:\n  ${files}\n  client_auth_type: Please`,
    'client_auth_type: "Please" is none of NoClientCert, RequestClientCert',
    'refuses',
  ],
  [`tls_server_config:\n  ${files}\n  client_ca_file: ca.crt`, 'names a client_ca and no client_auth_type', 'refuses'],
  // Go would verify with the authorities that the machine trusts.
  [
    `tls_server_config:\n  ${files}\n  client_auth_type: RequireAndVerifyClientCert`,
    'needs a client_ca_file to verify with',
    'takes',
  ],
  [`tls_server_config:\n  ${files}\n  min_version: TLS9`, '"TLS9" is none of TLS10, TLS11, TLS12, TLS13', 'refuses'],
  [`tls_server_config:\n  ${files}\n  min_version: TLS13\n  max_version: TLS12`, 'min_version is above', 'takes'],
  [`tls_server_config:\n  ${files}\n  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]`, 'is none of', 'refuses'],
  [`tls_server_config:\n  ${files}\n  curve_preferences: [CurveP224]`, 'is none of X25519', 'refuses'],
  [`tls_server_config:\n  ${files}\n  prefer_server_cipher_suites: perhaps`, 'neither true nor false', 'refuses'],
  ['http_server_config:\n  http2: maybe', 'http_server_config.http2 is neither true nor false', 'refuses'],
  ['http_server_config:\n  headers:\n    X-Else: a', 'headers.X-Else is not known', 'refuses'],
  ['http_server_config:\n  headers:\n    X-Frame-Options: no', '"no" is none of deny, sameorigin', 'refuses'],
  [
    'http_server_config:\n  headers:\n    Strict-Transport-Security: "a\\nb: c"',
    'a character that no header may have',
    'takes',
  ],
  ['basic_auth_users:\n  alice: secret', 'basic_auth_users.alice is no bcrypt hash', 'refuses'],
  [`basic_auth_users:\n  alice: $2y$31$${'a'.repeat(53)}`, 'has the bcrypt cost 31', 'takes'],
  [`basic_auth_users:\n  "a:b": ${hash}`, 'has no colon', 'takes'],
]

const good: readonly string[] = [
  '',
  '# nothing\n',
  'tls_server_config: {}',
  `tls_server_config:\n  ${files}`,
  `tls_server_config:\n  ${files}\n  client_auth_type: RequireClientCert`,
  `tls_server_config:\n  ${files}\n  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n  min_version: TLS13`,
  `tls_server_config:\n  ${files}\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n  curve_preferences: [X25519]`,
  'http_server_config:\n  http2: false\n  headers:\n    Strict-Transport-Security: max-age=60',
  `basic_auth_users:\n  alice: ${hash}\n  1e3: ${hash}`,
]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shimscope-'))
  authority(folder).issue('server', 'DNS:localhost')
})
afterAll(() => rmSync(folder, { recursive: true }))

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined || process.env['CI'] === 'true'

/** Of a text, by `promtool check web-config`. */
function promtool(text: string): Promtool {
  const file = join(folder, 'web.yml')
  writeFileSync(file, text)
  return spawnSync('promtool', ['check', 'web-config', file]).status === 0 ? 'takes' : 'refuses'
}

describe('a web configuration', () => {
  test.each(broken)('%j is refused: %s', (text, sentence, theirs) => {
    expect(() => parseWebConfig(text)).toThrow(BrokenWebConfig)
    expect(() => parseWebConfig(text)).toThrow(sentence)
    if (hasPromtool) expect(promtool(text)).toBe(theirs)
  })

  test.each(good)('%j is taken, by promtool too', (text) => {
    parseWebConfig(text)
    if (hasPromtool) expect(promtool(text)).toBe('takes')
  })

  // Younger than Debian's promtool.
  test.each([
    [`tls_server_config:\n  ${files}\n  cert: text`, 'both cert and cert_file'],
    [`tls_server_config:\n  ${files}\n  client_allowed_sans: [a]`, 'client_allowed_sans needs client_auth_type'],
    ['rate_limit:\n  interval: soon\n  burst: 1', 'rate_limit.interval is no duration'],
    ['rate_limit:\n  interval: 1s', 'rate_limit.burst is 0'],
    ['rate_limit:\n  interval: 1s\n  burst: -1', 'rate_limit.burst is no whole number'],
  ])('%j is refused: %s', (text, sentence) => expect(() => parseWebConfig(text)).toThrow(sentence))

  test('what it says is what is taken', () => {
    const config = parseWebConfig(
      `tls_server_config:\n  ${files}\n  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n` +
        `  client_allowed_sans: [prometheus.example]\nhttp_server_config:\n  headers:\n    X-XSS-Protection: "0"\n` +
        `basic_auth_users:\n  alice: ${hash}\n  1e3: ${hash}\nrate_limit:\n  interval: 1m0.5s\n  burst: 7\n`,
    )
    expect(config).toEqual({
      tls: {
        cert: { file: 'server.crt' },
        key: { file: 'server.key' },
        clientCa: { file: 'ca.crt' },
        clientAuth: 'RequireAndVerifyClientCert',
        allowedSans: ['prometheus.example'],
        minVersion: 'TLS12',
        maxVersion: 'TLS13',
        ciphers: [],
        curves: [],
        ownOrder: true,
      },
      headers: { 'x-xss-protection': '0' },
      users: new Map([
        ['alice', hash],
        ['1e3', hash],
      ]),
      rateLimit: { intervalMs: 60_500, burst: 7 },
    })
  })

  test('a password that stands where its hash should be is not said again', () => {
    expect(() => parseWebConfig('basic_auth_users:\n  alice: hunter2')).toThrow(/^(?!.*hunter2)/)
  })

  test('whatever stands there, it is taken or refused with a sentence', () => {
    const names = fc.constantFrom(
      ...['tls_server_config', 'http_server_config', 'basic_auth_users', 'rate_limit', 'headers', 'cert_file', 'key'],
      ...['client_auth_type', 'cipher_suites', 'min_version', 'interval', 'burst', 'http2', '__proto__', 'constructor'],
    )
    const structured = fc.object({ key: fc.oneof(names, fc.string()), maxDepth: 3, withNullPrototype: true })
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      structured.map((value) => stringify(value)),
      fc.tuple(fc.constantFrom(...good), fc.string()).map(([text, more]) => text + more),
    )
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseWebConfig(text)
        } catch (error) {
          expect(error).toBeInstanceOf(BrokenWebConfig)
          expect((error as Error).message).toMatch(/^\S[^\n]*$/)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('aliases that grow without end are refused', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x]']
    for (let at = 1; at < 9; at += 1)
      lines.push(
        `a${at}: &a${at} [${Array(9)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      )
    expect(() => parseWebConfig(lines.join('\n'))).toThrow(BrokenWebConfig)
  })
})
