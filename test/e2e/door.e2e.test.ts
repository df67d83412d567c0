import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionLimits } from '../../src/outputs/http/door/listener.ts'
import { type Authority, authority } from '../support/certificates.ts'
import { attempt, run } from './support/command.ts'
import { skipReal } from './support/prerequisites.ts'
import { shimscopeIn } from './support/shimscope.ts'
import { until } from './support/until.ts'
import { openWorld, type World } from './support/world.ts'

const alice = `basic_auth_users:\n  alice: ${hashSync('correct horse', 10)}\n`
const tls = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n'
const clientAuths = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const

const verifying = '  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n'

/** Which clients each lets in, as Go documents it: https://pkg.go.dev/crypto/tls#ClientAuthType */
const letIn: Record<(typeof clientAuths)[number], readonly ('none' | 'client' | 'stranger')[]> = {
  NoClientCert: ['none', 'client', 'stranger'],
  RequestClientCert: ['none', 'client', 'stranger'],
  RequireAnyClientCert: ['client', 'stranger'],
  VerifyClientCertIfGiven: ['none', 'client'],
  RequireAndVerifyClientCert: ['client'],
}

describe.skipIf(skipReal())('the door of the built program, with real clients', () => {
  let world: World
  let ca: Authority
  let served = 0
  const config = () => join(world.shared, 'web.yml')
  const log = () => readFileSync(world.path('/run/door.log'), 'utf8')

  beforeAll(async () => {
    world = await openWorld({})
    ca = authority(world.shared)
    ca.issue('server', 'DNS:localhost,IP:127.0.0.1')
    ca.issue('renewed', 'DNS:localhost,IP:127.0.0.1')
    ca.issue('client', 'DNS:prometheus.example,URI:spiffe://example/prometheus')
    ca.issue('stranger', 'DNS:prometheus.example', 'strangers-ca')
    writeFileSync(join(world.shared, 'token'), 'a-token-of-some-length\n')
  })
  afterAll(() => world.close())

  /** The agent anew, with this configuration; the port is a new one each time. */
  async function serve(text: string, ...options: string[]) {
    if (served !== 0) await world.attempt('kill', '-TERM', `${served}`)
    writeFileSync(config(), text)
    // Debian's is older than this one field.
    if (!text.includes('client_allowed_sans')) await run(['promtool', 'check', 'web-config', config()])
    await until('the port is free', async () => (await curl('http://127.0.0.1:19256/')).code === 7)
    served = await world.start(
      '/run/door.log',
      ...[...shimscopeIn(world), 'serve', '--interval', '500ms', '--web.config.file', config(), ...options],
    )
    await until('the agent serves', () => log().includes('open http'))
  }

  /** curl's exit code and what it was answered: the status, or 000. */
  async function curl(url: string, ...options: string[]) {
    const format = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '20']
    const { code, stdout } = await world.attempt('curl', ...format, ...options, url)
    return { code, status: stdout }
  }
  const secure = (...options: string[]) =>
    curl('https://127.0.0.1:19256/api/v1/runtimes', '--cacert', ca.path('ca.crt'), ...options)
  const certificate = (name: string) => ['--cert', ca.path(`${name}.crt`), '--key', ca.path(`${name}.key`)]

  describe.each(clientAuths)('%s', (clientAuth) => {
    const needsCa = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert'
    beforeAll(() => serve(`${tls}  client_auth_type: ${clientAuth}\n${needsCa ? '  client_ca_file: ca.crt\n' : ''}`))
    test.each([
      ['none', []],
      ['client', 'client'],
      ['stranger', 'stranger'],
    ] as const)('a client with the certificate: %s', async (who, name) => {
      const answers = [
        await secure(...(who === 'none' ? [] : certificate(name as string))),
        await secure('--tls-max', '1.2', ...(who === 'none' ? [] : certificate(name as string))),
      ]
      for (const { status } of answers) expect(status).toBe(letIn[clientAuth].includes(who) ? '200' : '000')
    })
  })

  test('only the clients that are named', async () => {
    const named = (name: string) => `${tls}${verifying}  client_allowed_sans: ["${name}"]\n`
    await serve(named('spiffe://example/prometheus'))
    expect((await secure(...certificate('client'))).status).toBe('200')
    await serve(named('grafana.example'))
    expect((await secure(...certificate('client'))).status).toBe('000')
  })

  test('a version that is too old, and one that is not', async () => {
    await serve(`${tls}  min_version: TLS13\n`)
    expect((await secure('--tls-max', '1.2')).status).toBe('000')
    expect((await secure()).status).toBe('200')
    expect((await curl('http://127.0.0.1:19256/tree')).status).toBe('000')
    // The certificate is of this name, and of no other.
    expect((await secure('--resolve', 'node-9.example:19256:127.0.0.1')).status).toBe('200')
    const misnamed = await curl(
      'https://node-9.example:19256/tree',
      '--cacert',
      ca.path('ca.crt'),
      '--resolve',
      'node-9.example:19256:127.0.0.1',
    )
    expect(misnamed.code).toBe(60)
  })

  test('users and a token, over TLS; the password is checked in a thread of its own', async () => {
    await serve(tls + alice, '--web.bearer-token-file', join(world.shared, 'token'))
    expect((await secure()).status).toBe('401')
    expect((await secure('-u', 'alice:correct horse')).status).toBe('200')
    expect((await secure('-u', 'alice:wrong')).status).toBe('401')
    expect((await secure('-u', 'mallory:correct horse')).status).toBe('401')
    expect((await secure('-H', 'Authorization: Bearer a-token-of-some-length')).status).toBe('200')
    for (const path of ['', 'metrics', '-/healthy', 'tree', 'api/v1/live', 'api/v1/events?follow'])
      expect((await curl(`https://127.0.0.1:19256/${path}`, '-k')).status).toBe('401')
  })

  test('changes hold for new connections: users, certificate, TLS off and on; what breaks does not', async () => {
    await serve(tls + alice)
    const change = async (text: string) => {
      writeFileSync(config(), text)
      // What a second look a second later finds, a request brings about.
      await new Promise((resolve) => setTimeout(resolve, 1_100))
    }
    const serial = async () =>
      (
        await world.attempt(
          'sh',
          '-c',
          'openssl s_client -connect 127.0.0.1:19256 </dev/null 2>/dev/null | openssl x509 -noout -serial',
        )
      ).stdout
    const [server, renewed] = await Promise.all(
      ['server', 'renewed'].map(
        async (name) => (await attempt(['openssl', 'x509', '-noout', '-serial', '-in', ca.path(`${name}.crt`)])).stdout,
      ),
    )
    expect(await serial()).toBe(server)
    await change(tls.replaceAll('server.', 'renewed.') + alice)
    expect(await serial()).toBe(renewed)

    await change('tls_server_config: {cert: }\nnonsense')
    expect((await secure('-u', 'alice:correct horse')).status).toBe('200')
    expect(log()).toContain('the former one holds')
    const metrics = async () =>
      (await world.attempt('curl', '-sk', '-u', 'alice:correct horse', 'https://127.0.0.1:19256/metrics')).stdout
    expect(await metrics()).toMatch(/^shimscope_web_config_last_reload_successful 0$/m)

    await change(tls + alice.replace('alice', 'bob'))
    expect((await secure('-u', 'alice:correct horse')).status).toBe('401')
    expect((await secure('-u', 'bob:correct horse')).status).toBe('200')
    await change(alice)
    expect((await curl('http://127.0.0.1:19256/api/v1/runtimes', '-u', 'alice:correct horse')).status).toBe('200')
    await change(tls)
    expect((await secure()).status).toBe('200')
  })

  test('SIGHUP reads at once, and does not end the agent', async () => {
    await serve(alice)
    const before = log().length
    await world.attempt('kill', '-HUP', `${served}`)
    await until('it says so', () => log().slice(before).includes('was read again'))
    expect((await curl('http://127.0.0.1:19256/api/v1/runtimes', '-u', 'alice:correct horse')).status).toBe('200')
  })

  test('Prometheus scrapes with TLS, its own certificate and a password', async () => {
    await serve(`${tls}${verifying}${alice}`)
    writeFileSync(join(world.shared, 'password'), 'correct horse')
    const scrape = `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: known
    scheme: https
    basic_auth: { username: alice, password_file: ${ca.path('password')} }
    tls_config: { ca_file: ${ca.path('ca.crt')}, cert_file: ${ca.path('client.crt')}, key_file: ${ca.path('client.key')} }
    static_configs: [{ targets: ['127.0.0.1:19256'] }]
  - job_name: without-password
    scheme: https
    tls_config: { ca_file: ${ca.path('ca.crt')}, cert_file: ${ca.path('client.crt')}, key_file: ${ca.path('client.key')} }
    static_configs: [{ targets: ['127.0.0.1:19256'] }]
  - job_name: without-certificate
    scheme: https
    basic_auth: { username: alice, password_file: ${ca.path('password')} }
    tls_config: { ca_file: ${ca.path('ca.crt')} }
    static_configs: [{ targets: ['127.0.0.1:19256'] }]
`
    writeFileSync(join(world.shared, 'prometheus.yml'), scrape)
    await world.start(
      '/run/prometheus.log',
      ...['prometheus', `--config.file=${ca.path('prometheus.yml')}`, '--storage.tsdb.path=/run/prometheus'],
      '--web.listen-address=127.0.0.1:9090',
    )
    const up = async () => {
      const { stdout } = await world.attempt('curl', '-sf', 'http://127.0.0.1:9090/api/v1/query?query=up')
      if (stdout === '') return {}
      const { data } = JSON.parse(stdout) as {
        data: { result: { metric: { job: string }; value: [number, string] }[] }
      }
      return Object.fromEntries(data.result.map(({ metric, value }) => [metric.job, value[1]]))
    }
    await until(
      'Prometheus has scraped',
      async () => Object.keys(await up()).length === 3 && (await up())['known'] === '1',
    )
    expect(await up()).toEqual({ known: '1', 'without-password': '0', 'without-certificate': '0' })
  })

  test('beyond the loopback: a warning without a lock, none with one, another without TLS', async () => {
    const everywhere = ['--web.listen-address', '0.0.0.0:19256']
    await serve('', ...everywhere)
    expect(log()).toContain('everybody who can reach 0.0.0.0:19256 can read what runs on this node')
    expect((await curl('http://127.0.0.1:19256/tree', '-H', 'Host: evil.example')).status).toBe('403')
    await serve(alice, ...everywhere)
    expect(log()).toContain('passwords and tokens travel unencrypted')
    await serve(tls + alice, ...everywhere)
    expect(log()).not.toMatch(/everybody|unencrypted/)
  })

  test('handshakes that are never finished cost nothing, and do not hold up the end', async () => {
    await serve(tls)
    const silent = `const net = require('node:net')
      for (let at = 0; at < 600; at += 1) net.connect(19256, '127.0.0.1').on('error', () => {}).write('\\x16\\x03\\x01')`
    await world.start(
      '/run/silent.log',
      shimscopeIn(world)[0] ?? 'node',
      '-e',
      `${silent}; setInterval(() => {}, 1000)`,
    )
    // Established at our end: the kernel's own count.
    const counting = `awk '$2 ~ /:4B38$/ && $4 == "01"' /proc/net/tcp | wc -l`
    const held = async () => Number(await world.run('sh', '-c', counting))
    await until('they are there', async () => (await held()) > 200)
    await until('the oldest gave way to others', async () => {
      expect((await secure()).status).toBe('200')
      return (await held()) <= connectionLimits.mostSilent + 1
    })
    await world.attempt('kill', '-TERM', `${served}`)
    await until('the agent has ended', async () => (await world.attempt('kill', '-0', `${served}`)).code !== 0)
    served = 0
  })
})
