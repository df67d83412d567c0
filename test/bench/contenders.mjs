// Who competes. Each contender lives as long as its world and is asked once a round: `measure` → {cpuUs, wallUs}.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuNs, freePort, rssBytes } from './process-cost.mjs'

/** Writes what a first pass of ours reads, and what a later one does, as floor.c takes it. */
export async function record(folder) {
  const { child, ask } = start('pass.mjs')
  const lists = { cold: join(folder, 'cold.list'), again: join(folder, 'again.list') }
  await ask({ record: lists })
  child.disconnect()
  return lists
}

/**
 * Our pass, in a process of its own, so that it pays for its own garbage: `cold` with nothing remembered, `changed` as a
 * later pass after a change, `again` as one on a node that is quiet. These read every file; `in turns` is the daemon's, on
 * a quiet node.
 */
export function pass(kind) {
  const { child, ask } = start('pass.mjs')
  let last
  return {
    name: `pass: ${kind}`,
    measure: async () => {
      last = await ask({ kind })
      return last
    },
    rssBytes: () => rssBytes(child.pid),
    seen: () => last.seen,
    warming: 3,
    end: () => child.disconnect(),
  }
}

/** Bytes that a pass of each kind allocates: of a process of its own in which nothing is collected meanwhile. */
export async function garbage(kinds) {
  const bytes = {}
  for (const kind of kinds) {
    const { child, ask } = start('pass.mjs', [
      '--expose-gc',
      '--min-semi-space-size=1024',
      '--max-semi-space-size=1024',
    ])
    bytes[kind] = (await ask({ kind, garbage: true })).bytes
    child.disconnect()
  }
  return bytes
}

function start(name, execArgv = []) {
  const child = fork(join(import.meta.dirname, name), [], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const end = ended(child, name)
  return {
    child,
    async ask(question) {
      child.send(question)
      const [answer] = await Promise.race([once(child, 'message'), end])
      return answer
    },
  }
}

export function floor(folder, name, args) {
  const child = spawn(join(folder, 'floor'), args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const end = ended(child, name)
  const answers = createInterface({ input: child.stdout })
  return {
    name,
    warming: 3,
    measure: async () => {
      child.stdin.write('again\n')
      const [line] = await Promise.race([once(answers, 'line'), end])
      const [userUs, systemUs, wallUs, readings, failures] = line.split(' ').map(Number)
      return { cpuUs: userUs + systemUs, wallUs, readings, failures }
    },
    end: () => child.stdin.end(),
  }
}

export function processExporter(folder) {
  const config = join(folder, 'process-exporter.yml')
  writeFileSync(config, "process_names:\n  - name: '{{.Comm}}'\n    cmdline: ['.+']\n")
  return exporter('process-exporter', 'prometheus-process-exporter', (port) => [
    `-config.path=${config}`,
    `-web.listen-address=127.0.0.1:${port}`,
  ])
}

export function nodeExporter() {
  return exporter('node_exporter: processes', 'prometheus-node-exporter', (port) => [
    '--collector.disable-defaults',
    '--collector.processes',
    `--web.listen-address=127.0.0.1:${port}`,
  ])
}

/** An exporter of Debian's; `undefined` where it is not installed. */
async function exporter(name, program, args) {
  if (!existsSync(`/usr/bin/${program}`)) {
    console.warn(`${program} is not installed: left out`)
    return undefined
  }
  const port = await freePort()
  const child = spawn(program, args(port), { stdio: 'ignore' })
  const scrape = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`)
    await response.arrayBuffer()
  }
  // process-exporter reads everything once before it listens: 20 s for 30,000 processes.
  for (let tries = 3_000; ; tries -= 1) {
    try {
      await scrape()
      break
    } catch (error) {
      if (tries === 0) throw error
      await sleep(100)
    }
  }
  return {
    name,
    // It has been asked once, and has no compiler.
    warming: 1,
    measure: async () => {
      const before = cpuNs(child.pid)
      const begun = performance.now()
      await scrape()
      return { cpuUs: (cpuNs(child.pid) - before) / 1000, wallUs: (performance.now() - begun) * 1000 }
    },
    rssBytes: () => rssBytes(child.pid),
    end: () => child.kill(),
  }
}

/** Never resolves: a contender that ends while it is asked ends the bench. */
function ended(child, name) {
  const end = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${name} ended: ${code ?? signal}`)
  })
  // Nobody waits for it when the bench is over.
  end.catch(() => {})
  return end
}
