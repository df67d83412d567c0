import { afterEach, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { Check } from 'typebox/value'
import { openDoor } from '../../../src/outputs/http/door/door.ts'
import { buildServer, type ServerOptions } from '../../../src/outputs/http/server.ts'
import { apiRoutes } from '../../../src/outputs/http/api-routes.ts'
import * as schemas from '../../../src/outputs/http/snapshot-schemas.ts'
import { aContainer, aDaemon, aProcess, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'
import { type MemoryAgent, memoryAgent } from '../support/memory-agent.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

const node = aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()], verdicts: [aVerdict()] })

function serve(agent: MemoryAgent = memoryAgent(node), options: Partial<ServerOptions> = {}) {
  const app = buildServer({
    agent,
    version: '0.1.0',
    assets: [{ path: '/', type: 'text/html; charset=utf-8', body: Buffer.from('<!doctype html>'), immutable: false }],
    renderMetrics: async (accept) => ({
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      body: `# ${accept}\n`,
    }),
    renderTree: (snapshot, query) => (query === 'nobody' ? undefined : `${snapshot.node} ${query ?? 'all'}\n`),
    verdictTable: [{ code: 'shim-leaked', severity: 'warning', title: 'a shim without containers' }],
    runtimeTable: [{ id: 'containerd', program: 'containerd', title: 'containerd', docs: 'https://containerd.io' }],
    loopback: true,
    now: () => Date.parse(node.takenAt) + 1000,
    ...options,
  })
  open.push(app)
  return app
}

describe('the API', () => {
  test('/api/v1/snapshot is the snapshot, to the last field', async () => {
    const response = await serve().inject('/api/v1/snapshot')
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(response.json()).toEqual(node)
    expect(Check(schemas.snapshot, response.json())).toBe(true)
  })

  test('processes only when asked for', async () => {
    const agent = memoryAgent(node)
    agent.running = [aProcess()]
    const app = serve(agent)
    expect((await app.inject('/api/v1/snapshot')).json()).not.toHaveProperty('processes')
    for (const query of ['?processes', '?processes=1']) {
      expect((await app.inject(`/api/v1/snapshot${query}`)).json()).toEqual({ ...node, processes: agent.running })
    }
    expect((await app.inject('/api/v1/snapshot?processes=0')).json()).not.toHaveProperty('processes')
    expect((await app.inject('/api/v1/processes')).json().processes).toEqual(agent.running)
  })

  test('what is not in the contract cannot leak', async () => {
    const leaky = {
      ...node,
      environ: 'SECRET=1',
      shims: [{ ...aShim(), environ: 'SECRET=2' }],
      containers: [{ ...aContainer(), pod: { uid: 'u', name: null, namespace: null, token: 'SECRET=3' } }],
    }
    for (const path of ['snapshot', 'shims', 'containers', 'tree']) {
      expect((await serve(memoryAgent(leaky)).inject(`/api/v1/${path}`)).body).not.toContain('SECRET')
    }
  })

  test('each collection, with the moment it shows', async () => {
    const app = serve()
    for (const name of ['daemons', 'shims', 'containers', 'verdicts'] as const) {
      expect((await app.inject(`/api/v1/${name}`)).json()).toEqual({
        run: 'run-1',
        seq: 1,
        takenAt: node.takenAt,
        [name]: node[name],
      })
    }
    expect((await app.inject('/api/v1/runtimes')).json().runtimes).toHaveLength(1)
  })

  test('the tree, nested', async () => {
    const { roots } = (await serve().inject('/api/v1/tree')).json()
    expect(roots).toHaveLength(1)
    expect(roots[0]).toMatchObject({ kind: 'daemon', daemon: { pid: 812 } })
    expect(roots[0].children[0]).toMatchObject({
      kind: 'shim',
      shim: { pid: 4000 },
      verdicts: [{ code: 'shim-leaked' }],
    })
    expect(roots[0].children[0].children[0]).toEqual({
      kind: 'container',
      key: aContainer().key,
      container: aContainer(),
      verdicts: [],
      children: [],
    })
  })

  test('unknown stays null, and is never an empty text or a zero', async () => {
    const dark = aShim({
      containerdNamespace: null,
      id: null,
      address: null,
      daemon: null,
      socket: null,
      connections: null,
      unaccepted: null,
      bundle: null,
      bundleDeleted: null,
      binaryReplaced: null,
      within: null,
      rssBytes: null,
      threads: null,
      cpuSeconds: null,
    })
    const container = aContainer({
      shim: null,
      initPid: null,
      name: null,
      pod: null,
      cgroup: null,
      threads: null,
      startedAt: null,
      rssBytes: null,
      cpuSeconds: null,
      containerdNamespace: null,
    })
    const made = aSnapshot({ shims: [dark], containers: [container] })
    expect((await serve(memoryAgent(made)).inject('/api/v1/snapshot')).json()).toEqual(made)
  })

  test('any text survives', async () => {
    const agent = memoryAgent(node)
    const app = serve(agent)
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.array(fc.string()), async (comm, argv) => {
        agent.running = [aProcess({ comm, argv })]
        const response = await app.inject('/api/v1/processes')
        // A lone surrogate has no UTF-8: it arrives as U+FFFD or escaped, whatever it is, it is one process.
        expect(response.json().processes).toHaveLength(1)
        if (Buffer.from(comm).toString() === comm) expect(response.json().processes[0]).toMatchObject({ comm, argv })
      }),
      { numRuns: 30 },
    )
  })

  test('before the first look: 503, with what to do', async () => {
    const app = serve(memoryAgent())
    for (const { path } of apiRoutes.filter(({ path }) => !path.endsWith('runtimes'))) {
      const response = await app.inject(path)
      expect(response.statusCode).toBe(503)
      expect(response.headers['retry-after']).toBe('1')
      expect(response.json()).toEqual({ error: expect.stringMatching(/\.$/), next: expect.stringMatching(/\.$/) })
    }
  })

  test('openapi.json describes every route with the schema that it answers by', async () => {
    const app = serve()
    const document = (await app.inject('/api/v1/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    for (const { path } of apiRoutes) {
      expect(document.paths).toHaveProperty([path])
      expect(app.hasRoute({ method: 'GET', url: path })).toBe(true)
    }
    expect(document.components.schemas.Shim.required).toContain('supervision')
    expect(JSON.stringify(document)).not.toContain('branch#')
    for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).toHaveProperty(name as string)
    }
  })
})

describe('text', () => {
  test('/tree, whole or a part', async () => {
    const app = serve()
    const whole = await app.inject('/tree')
    expect(whole.body).toBe('node-1 all\n')
    expect(whole.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect((await app.inject('/tree?q=default/web-1')).body).toBe('node-1 default/web-1\n')
    expect((await app.inject('/tree?q=nobody')).statusCode).toBe(404)
    expect((await app.inject(`/tree?q=${'x'.repeat(300)}`)).statusCode).toBe(400)
  })

  test('/metrics passes Accept on', async () => {
    const response = await serve().inject({ url: '/metrics', headers: { accept: 'application/openmetrics-text' } })
    expect(response.body).toBe('# application/openmetrics-text\n')
    expect(response.headers).toMatchObject({
      vary: 'accept',
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    })
  })

  test('a page', async () => {
    const response = await serve().inject('/')
    expect(response.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
  })
})

describe('probes', () => {
  test.each(['/-/healthy', '/healthz', '/livez', '/-/ready', '/readyz'])('%s is well', async (path) => {
    expect((await serve().inject(path)).statusCode).toBe(200)
  })

  test('not ready before the first look, nor when the last is old; healthy all the same', async () => {
    const agent = memoryAgent()
    const app = serve(agent)
    expect((await app.inject('/-/ready')).statusCode).toBe(503)
    agent.failure = 'EACCES: /proc'
    expect((await app.inject('/-/ready')).json().error).toContain('EACCES: /proc')
    expect((await app.inject('/-/healthy')).statusCode).toBe(200)
    const later = serve(memoryAgent(node), { now: () => Date.parse(node.takenAt) + 11_000 })
    expect((await later.inject('/readyz')).json().error).toContain('11 s old')
    const slow = serve(memoryAgent(node, 60_000), { now: () => Date.parse(node.takenAt) + 200_000 })
    expect((await slow.inject('/readyz')).statusCode).toBe(200)
  })

  test('a recording does not go stale', async () => {
    const recorded = { ...node, pass: { ...node.pass, source: 'archive' as const } }
    expect(
      (await serve(memoryAgent(recorded), { now: () => Date.parse(node.takenAt) * 2 }).inject('/readyz')).statusCode,
    ).toBe(200)
  })
})

describe('the door', () => {
  test('every answer says what a browser may do with it', async () => {
    for (const path of ['/', '/tree', '/api/v1/snapshot', '/nothing', '/metrics']) {
      const { headers } = await serve().inject(path)
      expect(headers['content-security-policy']).toMatch(
        /default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
      )
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      })
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test.each([
    ['localhost:19256', 200],
    ['127.0.0.1:19256', 200],
    ['[::1]:19256', 200],
    ['127.0.0.1', 200],
    ['LOCALHOST', 200],
    ['evil.example', 403],
    ['evil.example:19256', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost@evil.example', 403],
  ])('bound to the loopback, a request that names %s gets %i', async (host, status) => {
    const response = await serve().inject({ url: '/api/v1/snapshot', headers: { host } })
    expect(response.statusCode).toBe(status)
  })

  test('other names by permission', async () => {
    const request = { url: '/api/v1/snapshot', headers: { host: 'Node-1.example:443' } }
    const status = async (options: Partial<ServerOptions>) =>
      (await serve(memoryAgent(node), options).inject(request)).statusCode
    expect(await status({ allowedHosts: ['node-1.example'] })).toBe(200)
    expect(await status({ allowedHosts: ['*'] })).toBe(200)
    expect(await status({ allowedHosts: ['node-2.example'] })).toBe(403)
    expect(await status({ loopback: false, allowedHosts: ['node-1.example'] })).toBe(200)
  })

  test.each([
    ['192.0.2.7:19256', 200],
    ['[2001:db8::7]:19256', 200],
    ['localhost', 200],
    ['evil.example', 403],
    ['192.0.2.7.evil.example', 403],
  ])('bound elsewhere and open to all, a request that names %s gets %i', async (host, status) => {
    const app = serve(memoryAgent(node), { loopback: false })
    expect((await app.inject({ url: '/api/v1/snapshot', headers: { host } })).statusCode).toBe(status)
  })

  test('bound elsewhere and with a password, any name will do: a foreign page has none', async () => {
    const door = { ...openDoor, bearerToken: 'a-token-of-some-length' }
    const app = serve(memoryAgent(node), { loopback: false, door: () => door })
    const ask = (authorization: string) =>
      app.inject({ url: '/api/v1/snapshot', headers: { host: 'node-1.example', authorization } })
    expect((await ask('Bearer a-token-of-some-length')).statusCode).toBe(200)
    expect((await ask('')).statusCode).toBe(401)
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)('%s is not allowed', async (method) => {
    const response = await serve().inject({ url: '/api/v1/snapshot', method })
    expect(response.statusCode).toBe(405)
    expect(response.headers['allow']).toBe('GET, HEAD')
    expect(response.json().next).toBe('Use GET.')
  })

  test('HEAD says the same without a body', async () => {
    const response = await serve().inject({ url: '/api/v1/snapshot', method: 'HEAD' })
    expect([response.statusCode, response.body]).toEqual([200, ''])
    expect((await serve().inject({ url: '/api/v1/events?follow', method: 'HEAD' })).body).toBe('')
  })

  test('what is not there, and what fails inside, are one sentence each', async () => {
    expect((await serve().inject('/nothing?secret=1')).json()).toEqual({
      error: 'There is nothing at /nothing.',
      next: 'See / for the page and /api/v1/openapi.json for the API.',
    })
    const reported: unknown[] = []
    const broken = serve(memoryAgent(node), {
      renderTree: () => {
        throw new Error('SECRET')
      },
      report: (error) => reported.push(error),
    })
    const response = await broken.inject('/tree')
    expect(response.json()).toEqual({ error: '/tree failed inside shimscope.', next: 'Its log says why.' })
    expect(reported).toHaveLength(1)
    expect((await serve().inject('/%zz')).statusCode).toBeLessThan(500)
  })
})
