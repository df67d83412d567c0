import type { WebSocket } from 'ws'
import type { Agent, Pass } from '../../agent/agent.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { createAudience } from './audience.ts'
import { Beginnings } from './beginnings.ts'
import { Recipient } from './recipient.ts'
import { deltaEncoder, encoder, helloFrame, latestOnly, snapshotInPieces, type Write } from './frames.ts'
import type { Limits } from './limits.ts'
import { type ProcessMoment, processView } from './process-view.ts'
import type { Since } from './since.ts'

export interface FeedOptions {
  readonly agent: Agent
  readonly limits: Limits
  readonly writeFrame: Write
  readonly report: (error: unknown) => void
  readonly now: () => number
}

/** What a client asked for. */
export interface Wish {
  readonly since: Since | undefined
  readonly processes: boolean
}

export interface Feed {
  connected(socket: WebSocket, wish: Wish): void
  counts(): { readonly clients: number; readonly resyncs: number }
  /** Ends all connections; clients that may come in again go on where they were. */
  dismiss(): void
  /** Stops listening to the agent. The connections stay. */
  end(): void
}

/**
 * Keeps every client at the agent's latest snapshot. One that applies each delta holds exactly the four arrays of the
 * snapshot of that seq.
 */
export function createFeed({ agent, limits, writeFrame, report, now }: FeedOptions): Feed {
  const encode = encoder(writeFrame)
  const plain = createAudience({ limits, encode, now })
  const withProcesses = createAudience({ limits, encode, now })
  /** Connected before the first pass was done. */
  const waiting = new Map<Recipient, Since | undefined>()
  let resyncs = 0

  const deltaBytes = deltaEncoder(encode)
  const helloBytes = latestOnly((snapshot: Snapshot) => encode(helloFrame(snapshot, agent.intervalMs)))
  const introduce = (client: Recipient, snapshot: Snapshot) =>
    client.introduce(snapshot.run, () => helloBytes(snapshot))

  const beginnings = new Beginnings<Snapshot>({
    write: (snapshot) => snapshotInPieces(writeFrame, limits.pieceElements, snapshot),
    give: (client, { seq }, bytes) => client.begin(bytes, seq),
    report,
  })
  const momentBeginnings = new Beginnings<ProcessMoment>({
    write: ({ snapshot, processes }) => snapshotInPieces(writeFrame, limits.pieceElements, snapshot, processes),
    give: (client, { snapshot }, bytes) => client.begin(bytes, snapshot.seq),
    report,
  })
  const view = processView(agent, {
    wanted: () => withProcesses.clients.size > 0,
    began: () => {
      momentBeginnings.abandon()
      withProcesses.clients.forEach(beginWithProcesses)
    },
    moved: (step) => {
      momentBeginnings.moved(step)
      withProcesses.move(step)
    },
    encode,
    report,
  })

  const begin = (client: Recipient) => {
    const snapshot = agent.latest()?.snapshot
    if (snapshot === undefined) return
    introduce(client, snapshot)
    beginnings.begin(client, snapshot)
  }

  const beginWithProcesses = (client: Recipient) => {
    const moment = view.current()
    if (moment === undefined) {
      view.start()
      return
    }
    introduce(client, moment.snapshot)
    momentBeginnings.begin(client, moment)
  }

  const resume = (client: Recipient, { run, seq }: Since): boolean => {
    const deltas = agent.deltasSince(run, seq)
    if (deltas === undefined) return false
    const steps = deltas.map((delta) => ({ bytes: deltaBytes(delta), previous: delta.previous, seq: delta.seq }))
    // So far behind that a snapshot is less.
    if (steps.reduce((sum, { bytes }) => sum + bytes.length, 0) > limits.highWaterBytes) return false
    client.seq = seq
    for (const step of steps) client.advance(step)
    return client.seq === agent.latest()?.snapshot.seq
  }

  const greet = (client: Recipient, since: Since | undefined) => {
    const snapshot = agent.latest()?.snapshot
    if (snapshot === undefined) {
      waiting.set(client, since)
      return
    }
    introduce(client, snapshot)
    if (since === undefined || !resume(client, since)) begin(client)
  }

  let run = agent.latest()?.snapshot.run
  const passed = (pass: Pass) => {
    if (pass.snapshot.run !== run) {
      // Nothing leads from one run to another: everybody begins anew, those that lag as soon as they can.
      run = pass.snapshot.run
      beginnings.abandon()
      for (const client of plain.clients) if (!client.lagging && !waiting.has(client)) begin(client)
    } else if (pass.delta !== undefined && plain.clients.size > 0) {
      const step = { bytes: deltaBytes(pass.delta), previous: pass.delta.previous, seq: pass.delta.seq }
      beginnings.moved(step)
      plain.move(step)
    }
    view.passed(pass)
    for (const [client, since] of waiting) greet(client, since)
    waiting.clear()
  }

  const connected = (socket: WebSocket, wish: Wish) => {
    const audience = wish.processes ? withProcesses : plain
    const restart = audience === plain ? begin : beginWithProcesses
    const client = new Recipient(socket, limits, (slow) => {
      resyncs++
      restart(slow)
    })
    if (plain.clients.size + withProcesses.clients.size >= limits.maxClients) {
      client.close(1013, `${limits.maxClients} clients already`)
      return
    }
    audience.clients.add(client)
    socket.on('close', () => {
      audience.clients.delete(client)
      waiting.delete(client)
      beginnings.forget(client)
      momentBeginnings.forget(client)
    })
    if (audience === plain) greet(client, wish.since)
    else beginWithProcesses(client)
  }

  const unsubscribe = agent.subscribe(passed)
  const ticking = setInterval(() => {
    plain.tick(agent.latest()?.snapshot)
    withProcesses.tick(view.current()?.snapshot)
  }, limits.heartbeatMs).unref()
  const ping = () => {
    for (const client of [...plain.clients, ...withProcesses.clients]) client.ping()
  }
  // Whoever was stopped finds the timer due and the answers unread: those first.
  const pinging = setInterval(() => setImmediate(ping), limits.pingMs).unref()
  return {
    connected,
    counts: () => ({ clients: plain.clients.size + withProcesses.clients.size, resyncs }),
    dismiss() {
      // RFC 6455, 7.4.1 and its registry: 1012, service restart.
      for (const client of [...plain.clients, ...withProcesses.clients]) client.close(1012, 'connect again')
    },
    end() {
      unsubscribe()
      clearInterval(ticking)
      clearInterval(pinging)
    },
  }
}
