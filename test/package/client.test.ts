import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aContainer, aSnapshot } from '../core/snapshot/support/nodes.ts'
import { serveFeed } from '../outputs/live/support/feed.ts'
import { memoryAgent } from '../outputs/support/memory-agent.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(project, 'node_modules/.bin/tsc')
const readme = readFileSync(join(project, 'README.md'), 'utf8')
/** The example that people copy. */
const example = /```ts\n(?<code>import \{ follow \}[\s\S]*?)```/.exec(readme)?.groups?.['code'] ?? ''

let consumer: string

beforeAll(() => {
  consumer = mkdtempSync(join(tmpdir(), 'shimscope-consumer-'))
  const published = join(consumer, 'published')
  mkdirSync(published)
  cpSync(join(project, 'package.json'), join(published, 'package.json'))
  execFileSync(tsc, ['-p', join(project, 'tsconfig.build.json'), '--outDir', join(published, 'dist')])
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', consumer], {
    cwd: published,
    encoding: 'utf8',
  }).trim()
  const installed = join(consumer, 'node_modules/shimscope')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(consumer, packed), '-C', installed, '--strip-components=1'])
  // What a consumer installs beside it; none of it is needed by the client itself.
  for (const name of ['ws', '@types']) {
    symlinkSync(join(project, 'node_modules', name), join(consumer, 'node_modules', name))
  }
  writeFileSync(join(consumer, 'package.json'), '{"type":"module"}')
})
afterAll(() => rmSync(consumer, { recursive: true, force: true }))

const compile = (file: string, text: string, ...options: string[]): void => {
  writeFileSync(join(consumer, file), text)
  const all = ['--ignoreConfig', '--strict', '--target', 'es2022', '--skipLibCheck', 'false', ...options, file]
  try {
    execFileSync(tsc, all, { cwd: consumer, encoding: 'utf8' })
  } catch (error) {
    throw new Error(`${file} does not compile:\n${(error as { stdout: string }).stdout}`)
  }
}
const forNode = ['--module', 'nodenext', '--types', 'node', '--lib', 'es2023']

describe('shimscope/client, from the packed package', () => {
  test('the example of the README compiles for Node, and runs against an agent', async () => {
    expect(example).toContain("from 'shimscope/client'")
    const agent = memoryAgent(aSnapshot({ containers: [aContainer({ id: 'a' }), aContainer({ id: 'b' })] }))
    const { port } = await serveFeed(agent)
    compile('example.ts', example.replace('19256', `${port}`), ...forNode)
    const { execFile } = await import('node:child_process')
    const said = await new Promise<string>((resolve, reject) => {
      const running = execFile(process.execPath, ['example.js'], { cwd: consumer })
      let err = ''
      running.stderr?.on('data', (text) => {
        err += text
      })
      running.once('exit', () => reject(new Error(`it ended: ${err}`)))
      running.stdout?.once('data', (text) => {
        resolve(String(text))
        running.kill()
      })
    })
    expect(said).toContain('2 containers')
  })

  test('a browser project compiles with the WebSocket of the browser', () => {
    compile(
      'page.ts',
      `import { follow, type Frame, type LiveClient, type View } from 'shimscope/client'
const client: LiveClient = follow({
  url: location.origin,
  open: (url) => new WebSocket(url),
  changed: (view: View, frame: Frame) => {
    if (frame.type === 'delta') for (const { type, summary } of frame.events) console.log(type, summary)
    document.title = String(view.current?.verdicts.filter(({ severity }) => severity === 'critical').length)
  },
})
// @ts-expect-error a typo is found
client.views()
`,
      '--module',
      'esnext',
      '--moduleResolution',
      'bundler',
      '--types',
      '',
      '--lib',
      'es2023,dom',
      '--noEmit',
    )
  })

  test('a module of ours that is not public cannot be imported', () => {
    expect(() =>
      compile('inside.ts', "import { run } from 'shimscope/dist/commands/run.js'\nrun\n", ...forNode, '--noEmit'),
    ).toThrow(/TS2307: Cannot find module 'shimscope\/dist/)
  })
})
