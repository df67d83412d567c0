import { basename } from 'node:path'
import { WebSocket } from 'ws'
import type { NodeEvent } from '../core/model/event.ts'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import type { View } from '../core/snapshot/receive.ts'
import type { Settings } from '../config.ts'
import { follow } from '../outputs/live/client.ts'
import { noProcesses } from '../outputs/text/summary.ts'
import type { Origin, Picture } from '../outputs/text/watch/picture.ts'
import { agentOf } from './agent-of.ts'
import { askAgent } from './ask-agent.ts'
import { type Access, basicAuthorization, openAccess } from './http-config.ts'
import type { Played } from './played.ts'

/** What a screen is drawn of, wherever it comes from. */
export interface Watched {
  picture(): Picture
  wantProcesses(wanted: boolean): void
  close(): Promise<void>
}

/** Two passes are missing, or it is a busy moment: not a word before 5 s. */
const staleAfter = (intervalMs: number): number => Math.max(2.5 * intervalMs, 5_000)

/** Events that are kept for the screen. */
const MOST_EVENTS = 1_000

/** An agent of our own, in this process: the same passes as those of every other command. Throws a BadInput. */
export function watchHere(settings: Settings, played: Played | undefined, changed: () => void): Watched {
  let failure: string | undefined
  let ended = false
  let freshAtMs: number | undefined
  let wanted = false
  let processes: readonly Process[] | undefined
  let lacking: string | undefined
  let picture: Picture | undefined
  const agent = agentOf(settings, played, (error) => {
    failure = error.message
    shown()
  })

  const shown = () => {
    picture = undefined
    changed()
  }
  const origin = (): Origin =>
    settings.from === undefined
      ? { kind: 'node', failure }
      : { kind: 'recording', name: basename(settings.from), ended }
  const askForProcesses = () =>
    agent.processes().then(
      (found) => {
        if (wanted) processes = found
        lacking = wanted && found === undefined ? noProcesses : undefined
        shown()
      },
      // The next pass says what is wrong.
      () => {},
    )

  agent.subscribe(() => {
    failure = undefined
    freshAtMs = Date.now()
    shown()
    if (wanted) void askForProcesses()
  })
  agent.finished.then(() => {
    ended = true
    shown()
  })
  return {
    // The same picture as long as nothing is new: what is drawn of it is drawn once.
    picture() {
      picture ??= {
        snapshot: withProcesses(agent.latest()?.snapshot, processes),
        lacking,
        events: agent.events(),
        origin: origin(),
        freshAtMs,
        staleAfterMs: staleAfter(settings.intervalMs),
      }
      return picture
    },
    wantProcesses(now) {
      wanted = now
      processes = undefined
      lacking = undefined
      if (now) void askForProcesses()
      else shown()
    },
    close: () => agent.close(),
  }
}

const withProcesses = (
  snapshot: Snapshot | undefined,
  processes: readonly Process[] | undefined,
): Snapshot | undefined => (snapshot === undefined || processes === undefined ? snapshot : { ...snapshot, processes })

/** The agent at a URL, through its live feed. */
export function watchThere(url: string, changed: () => void, given: Access = openAccess): Watched {
  const { address, access } = credentialsOf(url, given)
  let link: (Origin & { kind: 'agent' })['link'] = 'calling'
  let events: readonly NodeEvent[] = []
  let wanted = false
  let freshAtMs: number | undefined
  let takenAt = ''
  let picture: Picture | undefined
  let snapshot: Snapshot | undefined

  const shown = () => {
    picture = undefined
    changed()
  }
  const client = follow({
    url: address,
    open: (at) =>
      new WebSocket(at, { headers: access.headers, ...access.tls, handshakeTimeout: 10_000, perMessageDeflate: false }),
    changed(view, frame) {
      if (view.takenAt !== takenAt) freshAtMs = Date.now()
      takenAt = view.takenAt
      snapshot = snapshotOf(view) ?? snapshot
      if (frame.type === 'delta') events = [...events, ...frame.events].slice(-MOST_EVENTS)
      // What happened before we came, or while we were away for too long.
      if (frame.type === 'snapshot') void earlier(view.hello.run)
      shown()
    },
    linked(now) {
      link = now.state === 'live' ? 'live' : { lost: now.reason }
      shown()
    },
  })

  const earlier = async (run: string) => {
    try {
      const answer = await askAgent(new URL('api/v1/events', address.replace(/\/?$/, '/')), access)
      const told = answer as { readonly run: string; readonly events: readonly NodeEvent[] }
      if (told.run !== run || client.view()?.hello.run !== run) return
      const last = told.events.at(-1)?.seq ?? 0
      events = [...told.events, ...events.filter(({ seq }) => seq > last)].slice(-MOST_EVENTS)
      shown()
    } catch {
      // The feed alone shows the node; only what came before is missing.
    }
  }

  return {
    picture() {
      const staleAfterMs = staleAfter(client.view()?.hello.intervalMs ?? 0)
      picture ??= {
        snapshot,
        lacking: wanted && client.lacksProcesses() ? noProcesses : undefined,
        events,
        origin: { kind: 'agent', url: address, link },
        freshAtMs,
        staleAfterMs,
      }
      return picture
    },
    wantProcesses(now) {
      wanted = now
      client.wantProcesses(now)
      shown()
    },
    close: async () => client.close(),
  }
}

function snapshotOf({ hello, current, takenAt }: View): Snapshot | undefined {
  if (current === undefined) return undefined
  const { schema, node, bootId, run } = hello
  const { seq, pass, daemons, shims, containers, verdicts, processes } = current
  const snapshot = { schema, node, bootId, run, seq, takenAt, pass, daemons, shims, containers, verdicts }
  return processes === undefined ? snapshot : { ...snapshot, processes }
}

/** A password belongs neither on the screen nor in the address of a request. */
function credentialsOf(url: string, given: Access): { address: string; access: Access } {
  const { username, password } = new URL(url)
  if (username === '' && password === '') return { address: url, access: given }
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  const headers = basicAuthorization(decodeURIComponent(username), decodeURIComponent(password))
  return { address: bare.href, access: { ...given, headers: { ...given.headers, ...headers } } }
}
