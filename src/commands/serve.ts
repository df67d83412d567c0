import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningAgent, WakeUpsLost } from '../agent/loop.ts'
import type { Settings } from '../config.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { runtimes } from '../core/runtimes/index.ts'
import { verdictRules } from '../core/verdicts/index.ts'
import type { Journal } from '../journal/journal.ts'
import { asksForSecret, isGuarded } from '../outputs/http/door/door.ts'
import { type RefusalReason, refusalReasons } from '../outputs/http/doors.ts'
import { explainListenFailure, isLoopback, parseListenAddress } from '../outputs/http/listen-address.ts'
import type { Past } from '../outputs/http/past.ts'
import { tellLines } from '../outputs/log/lines.ts'
import { renderTree } from '../outputs/text/tree.ts'
import { readPage } from '../outputs/web/read-page.ts'
import { BadInput } from '../sources/bad-input.ts'
import { agentOf } from './agent-of.ts'
import type { Command, Io } from './command.ts'
import { journalTo } from './journal-to.ts'
import { lookBackInto, lookBackIntoExcerpt } from './look-back-into.ts'
import { createLog, failureOf, type Log } from './log.ts'
import { type Played, playedOf } from './played.ts'
import { version } from './version.ts'
import { type WebDoor, webDoor } from './web-door.ts'

/** Clients that do not hang up by then are hung up on: an orchestrator waits no longer than it must. */
const FAREWELL_MS = 400

export const serve: Command = {
  name: 'serve',
  title: 'watch this node, and serve the page, the API, the live feed and the metrics',
  notes: `Signals:
  SIGTERM, SIGINT  clients are told, the journal is closed, and it ends with exit code 0; a second one ends it at once
  SIGHUP           reads --web.config.file, the files that it names, and --web.bearer-token-file again; what cannot be
                   used is logged, and the former holds. Nothing else needs it: the log goes to stderr, and is kept
                   there by whoever reads it`,
  async run({ settings, io }) {
    const address = parseListenAddress(settings.listenAddress)
    if ('error' in address) throw new BadInput(`--web.listen-address: ${address.error}`)
    const log = createLog(settings, io)
    const journal = await journalTo(settings, log)
    try {
      await watchAndServe({ settings, io, log, journal, address })
    } finally {
      await journal?.close()
    }
    return 0
  },
}

interface Serving {
  readonly settings: Settings
  readonly io: Io
  readonly log: Log
  readonly journal: Journal | undefined
  readonly address: { readonly host: string; readonly port: number }
}

/** Until the system asks us to end. Throws a BadInput. */
async function watchAndServe({ settings, io, log, journal, address }: Serving): Promise<void> {
  const parts = await serverParts()
  const loopback = isLoopback(address.host)
  const door = webDoor({ configFile: settings.webConfigFile, tokenFile: settings.bearerTokenFile }, log)
  const played = await playedOf(settings)
  const agent = agentOf(settings, played, (error) => {
    if (error instanceof WakeUpsLost) log.error(error.message, { failure: failureOf(error.cause) })
    else log.error('a pass failed', { failure: failureOf(error) })
  })
  // Before all others: what a client is sent has been written.
  journal?.follow(agent)
  tellLines(agent, ({ level, time, message, attributes }) => log[level](message, attributes, time))
  // What collects JSON lines gets nothing else.
  const announce = settings.logFormat === 'json' ? log.info : (text: string) => io.stdout.write(`${text}\n`)
  try {
    const app = await serverOf(parts, agent, settings, { loopback, door, log, journal, past: pastOf(settings, played) })
    io.onHangup(() => door.reload())
    io.outliveReaders()
    for (const warning of loopback ? [] : exposures(door, settings)) log.warn(warning)
    const stopped = io.untilStopped()
    await app.listen(address).catch((error: unknown) => {
      const obstacle = explainListenFailure(error, settings.listenAddress)
      throw obstacle === undefined ? error : new BadInput(obstacle)
    })
    announce(
      welcome(
        settings,
        door.current().tls === undefined ? 'http' : 'https',
        app.addresses().filter((at) => typeof at !== 'string'),
      ),
    )
    agent.ready.then(
      () => isEmptyNode(agent.latest()?.snapshot) && announce(emptyNode),
      () => log.warn('the first pass failed; it is tried again'),
    )
    await until(stopped)
    await Promise.race([app.close(), sleep(FAREWELL_MS, undefined, { ref: false })])
  } finally {
    await agent.close()
  }
}

/** What a person should know who makes this agent reachable from other machines. */
function exposures(door: WebDoor, { listenAddress }: Settings): string[] {
  const current = door.current()
  if (!isGuarded(current))
    return [
      `everybody who can reach ${listenAddress} can read what runs on this node: give --web.config.file with users or client certificates, or --web.bearer-token-file; or keep strangers away with a firewall or a NetworkPolicy; or listen at 127.0.0.1`,
    ]
  return asksForSecret(current) && current.tls === undefined
    ? [`passwords and tokens travel unencrypted to ${listenAddress}: add a tls_server_config to --web.config.file`]
    : []
}

interface Wiring {
  readonly loopback: boolean
  readonly door: WebDoor
  readonly log: Log
  readonly journal: Journal | undefined
  readonly past: Past | undefined
}

/** What came before: in the journal, or in the file that is played. */
function pastOf({ journalDirectory }: Settings, played: Played | undefined): Past | undefined {
  if (journalDirectory !== undefined) return lookBackInto(journalDirectory)
  return played?.kind === 'excerpt' ? lookBackIntoExcerpt(played.excerpt) : undefined
}

/** What a server is made of takes half a second to load, and no other command needs it. */
async function serverParts() {
  const [{ buildServer }, { addLive }, { writeFrame }, { createExposition }] = await Promise.all([
    import('../outputs/http/server.ts'),
    import('../outputs/live/add-live.ts'),
    import('../outputs/http/live-schema.ts'),
    import('../outputs/metrics/exposition.ts'),
  ])
  return { buildServer, addLive, writeFrame, createExposition }
}

async function serverOf(
  { buildServer, addLive, writeFrame, createExposition }: Awaited<ReturnType<typeof serverParts>>,
  agent: RunningAgent,
  settings: Settings,
  { loopback, door, log, journal, past }: Wiring,
) {
  const refused = new Map<RefusalReason, number>(refusalReasons.map((reason) => [reason, 0]))
  const report = (error: unknown): void => log.error('a request failed', { failure: failureOf(error) })
  let feed: Awaited<ReturnType<typeof addLive>> | undefined
  const exposition = createExposition({
    agent,
    version: version(),
    verdictTable: verdictRules,
    live: () => feed?.counts() ?? { clients: 0, resyncs: 0 },
    door: () => ({ refused, ...door.status() }),
    ...(journal !== undefined && { journal: () => journal.counts() }),
    containers: settings.metricsContainers === true,
    maxSeries: settings.maxSeries,
  })
  const app = buildServer({
    agent,
    version: version(),
    assets: readPage(),
    runtimeTable: runtimes,
    verdictTable: verdictRules,
    renderMetrics: (accept) => exposition.render(accept),
    renderTree: (snapshot, query) =>
      renderTree(snapshot, { color: false, width: null, charset: 'utf8', ...(query === undefined ? {} : { query }) }),
    loopback,
    allowedHosts: [hostname(), ...(settings.allowedHosts ?? [])],
    door: () => door.current(),
    refused: (reason) => refused.set(reason, (refused.get(reason) ?? 0) + 1),
    doorReplaced: () => feed?.dismiss(),
    report,
    ...(past !== undefined && { past }),
  })
  // The feed comes last and the metrics count its clients.
  feed = await addLive(app, { agent, writeFrame, report })
  return app
}

const isEmptyNode = (snapshot: Snapshot | undefined): boolean =>
  snapshot?.pass.source !== undefined &&
  snapshot.pass.source !== 'archive' &&
  snapshot.daemons.length + snapshot.shims.length + snapshot.containers.length === 0

const emptyNode =
  'No container runtime runs on this node. To see one fail, play a recorded incident: npm run demo (or shimscope serve --from RECORDING).'

function welcome({ from, source }: Settings, scheme: 'http' | 'https', addresses: readonly AddressInfo[]): string {
  const urls = new Set(addresses.map(({ address, port }) => `${scheme}://${hostOf(address)}:${port}/`))
  const what = from === undefined ? `watches this node${source === 'ps' ? ' through ps' : ''}` : `plays ${from}`
  return `shimscope ${version()} ${what}; open ${[...urls].join(' or ')} (also /tree, /metrics and /api/v1/snapshot)`
}

/** As it stands in a URL; for all addresses, the one that surely is this machine's. */
function hostOf(address: string): string {
  if (address === '::' || address === '0.0.0.0') return 'localhost'
  return address.includes(':') ? `[${address}]` : address
}

const until = (stopped: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (stopped.aborted) resolve()
    stopped.addEventListener('abort', () => resolve(), { once: true })
  })
