import type { FastifyInstance } from 'fastify'
import type { Agent } from '../../agent/agent.ts'
import { notLookedYet, Refusal } from './refusal.ts'

/** A pass may be this many intervals old, and is given at least this many ms, before the agent is not ready. */
const staleAfterIntervals = 5
const staleAfterAtLeastMs = 10_000

/** Health and readiness under the names that Prometheus and Kubernetes use. Neither asks a container runtime. */
export function addProbes(app: FastifyInstance, { agent, now }: { agent: Agent; now: () => number }): void {
  // That it answers is all there is to say: a process whose event loop hangs does not.
  for (const path of ['/-/healthy', '/healthz', '/livez']) {
    app.get(path, async (_, reply) => reply.type('text/plain; charset=utf-8').send('healthy\n'))
  }
  for (const path of ['/-/ready', '/readyz']) {
    app.get(path, async (_, reply) => {
      const refusal = unready(agent, now())
      if (refusal !== undefined) throw refusal
      return reply.type('text/plain; charset=utf-8').send('ready\n')
    })
  }
}

function unready(agent: Agent, nowMs: number): Refusal | undefined {
  const { lastPassAtMs, failure } = agent.health()
  const pass = agent.latest()
  if (pass === undefined || lastPassAtMs === undefined) {
    return failure === undefined
      ? notLookedYet()
      : new Refusal(503, `The node could not be looked at: ${failure}`, 'See `shimscope doctor`.', 5)
  }
  // A recording that has been played to its end stays as it is.
  const patienceMs = Math.max(staleAfterIntervals * agent.intervalMs, staleAfterAtLeastMs)
  const ageMs = nowMs - lastPassAtMs
  if (pass.snapshot.pass.source === 'archive' || ageMs <= patienceMs) return undefined
  const why = failure === undefined ? '' : `: ${failure}`
  return new Refusal(
    503,
    `The last look at this node is ${Math.round(ageMs / 1000)} s old${why}`,
    'See the log, and `shimscope doctor`.',
    5,
  )
}
