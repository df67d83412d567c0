import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Agent, Pass } from '../../agent/agent.ts'
import type { NodeEvent } from '../../core/model/event.ts'
import { writeEvent } from './live-schema.ts'
import { Refusal } from './refusal.ts'

/** Bytes that may wait for one follower; one that is further behind is let go, and comes back with Last-Event-ID. */
const highWaterBytes = 256 * 1024
const keepAliveMs = 15_000

export interface Followers {
  /** Answers with server-sent events: those after `Last-Event-ID: RUN:SEQ`, if that is given, then each as it happens. */
  follow(request: FastifyRequest, reply: FastifyReply): void
  /** Ends all streams. */
  end(): void
}

/** Server-sent events for those who have only curl. HTML Standard, "Server-sent events". */
export function createFollowers(agent: Agent, maxFollowers: number): Followers {
  const streams = new Set<NodeJS.WritableStream & { writableLength: number; destroy(): void }>()
  const send = (text: string) => {
    for (const stream of streams) {
      if (stream.writableLength > highWaterBytes) stream.destroy()
      else stream.write(text)
    }
  }
  const passed = ({ snapshot, delta }: Pass) => {
    const happened = delta?.events ?? []
    if (happened.length > 0) send(messages(snapshot.run, happened))
  }
  // Nobody listens, nothing ticks.
  let stop: (() => void) | undefined
  const start = () => {
    const unsubscribe = agent.subscribe(passed)
    const timer = setInterval(() => send(': nothing new\n\n'), keepAliveMs)
    return () => {
      unsubscribe()
      clearInterval(timer)
      stop = undefined
    }
  }

  return {
    follow(request, reply) {
      if (streams.size >= maxFollowers) {
        throw new Refusal(
          503,
          `${maxFollowers} clients follow the events already.`,
          'Try again later, or poll /api/v1/events.',
          30,
        )
      }
      const head = {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
      }
      reply.hijack()
      const stream = reply.raw
      stream.writeHead(200, head)
      if (request.method === 'HEAD') {
        stream.end()
        return
      }
      stream.write(`: events of this node as they happen\n\n${missed(agent, request.headers['last-event-id'])}`)
      streams.add(stream)
      stop ??= start()
      stream.on('error', () => stream.destroy())
      stream.on('close', () => {
        streams.delete(stream)
        if (streams.size === 0) stop?.()
      })
    },
    end() {
      for (const stream of streams) {
        stream.end()
        // One that does not read would keep the server from closing.
        setTimeout(() => stream.destroy(), 150).unref()
      }
      stop?.()
    },
  }
}

function missed(agent: Agent, lastEventId: string | string[] | undefined): string {
  const run = agent.latest()?.snapshot.run
  if (run === undefined || typeof lastEventId !== 'string' || !lastEventId.startsWith(`${run}:`)) return ''
  const seq = Number(lastEventId.slice(run.length + 1))
  return messages(
    run,
    agent.events().filter((event) => event.seq > seq),
  )
}

/**
 * The id goes with the last event of a pass: who lost the connection before that is sent all of that pass again, and
 * misses none. JSON has no line break in it, so the text of an event cannot end its message.
 */
const messages = (run: string, events: readonly NodeEvent[]): string =>
  events
    .map((event, index) => {
      const isLast = events[index + 1]?.seq !== event.seq
      return `${isLast ? `id: ${run}:${event.seq}\n` : ''}data: ${writeEvent(event)}\n\n`
    })
    .join('')
