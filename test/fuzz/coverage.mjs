/**
 * Fuzzing that is guided by what an input reaches (libFuzzer, by https://github.com/CodeIntelligenceTesting/jazzer.js), of
 * the same parsers as `npm run fuzz`. It is no dependency of the project: npx fetches it, and its native part needs glibc
 * 2.38 or newer (Debian 13).
 *
 *   npm run fuzz:coverage [-- --seconds=20] [PARSER…]     JAZZER=PROGRAM: that in place of npx
 *
 * What it finds is named at the end, and belongs into test/fuzz/corpus.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const argv = process.argv.slice(2)
const seconds = Number(argv.find((arg) => arg.startsWith('--seconds='))?.split('=')[1] ?? 20)
const wanted = argv.filter((arg) => !arg.startsWith('--'))

const top = mkdtempSync(join(tmpdir(), 'shimscope-fuzz-'))
const bundle = join(top, 'parsers.cjs')
await build({
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: join(here, 'parsers.ts'),
    outDir: top,
    emptyOutDir: false,
    minify: false,
    rollupOptions: { output: { format: 'cjs', entryFileNames: 'parsers.cjs' } },
  },
})
const { parsers } = createRequire(import.meta.url)(bundle)
const chosen = parsers.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
if (chosen.length === 0)
  throw new Error(`no parser is called so; there are ${parsers.map(({ name }) => name).join(', ')}`)

let inputs = 0
const found = []
for (const { name, seeds, ownFile } of chosen) {
  const corpus = join(top, name.replaceAll(' ', '-'))
  mkdirSync(join(corpus, 'found'), { recursive: true })
  const known = readdirSync(join(here, 'corpus')).map((file) => readFileSync(join(here, 'corpus', file)))
  for (const text of [...seeds.map((seed) => Buffer.from(seed)), ...known])
    writeFileSync(join(corpus, createHash('sha1').update(text).digest('hex')), text)
  const [program, ...before] = process.env.JAZZER?.split(' ') ?? ['npx', '-y', '-p', '@jazzer.js/core@4.0.0', 'jazzer']
  const fuzzer = [
    `-max_total_time=${seconds}`,
    `-timeout=${ownFile ? 60 : 5}`,
    '-print_final_stats=1',
    `-artifact_prefix=${corpus}/found/`,
  ]
  const target = [join(here, 'coverage-target.cjs'), corpus, '--sync', '--includes', bundle]
  const { stderr } = spawnSync(program, [...before, ...target, '--', ...fuzzer], {
    env: { ...process.env, SHIMSCOPE_FUZZ_BUNDLE: bundle, SHIMSCOPE_FUZZ_PARSER: name },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const runs = Number(/number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? Number.NaN)
  const reached = /.*cov: (\d+)/s.exec(stderr)?.[1]
  const crashes = readdirSync(join(corpus, 'found')).map((file) => join(corpus, 'found', file))
  if (Number.isNaN(runs) && crashes.length === 0)
    throw new Error(`${name}: the fuzzer did not run:\n${stderr.slice(-2_000)}`)
  inputs += Number.isNaN(runs) ? 0 : runs
  found.push(...crashes)
  console.log(`${name}: ${runs} inputs reach ${reached} places; ${crashes.length} found`)
}
console.log(
  `${inputs} inputs to ${chosen.length} parsers; ${found.length} found${found.map((file) => `\n  ${file}`).join('')}`,
)
process.exitCode = found.length === 0 ? 0 : 1
