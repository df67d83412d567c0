import type { FastifyInstance } from 'fastify'
import type { Process, Snapshot } from '../../core/model/snapshot.ts'
import { type ApiSources, shownBy } from './api-routes.ts'
import { queryOf } from './query-of.ts'
import { Refusal } from './refusal.ts'

export interface TextTree {
  /** The body of /tree; `undefined` when nothing fits the query. */
  readonly renderTree: (
    snapshot: Snapshot & { readonly processes?: readonly Process[] },
    query: string | undefined,
  ) => string | undefined
}

/** The tree for who has only curl, as it is or, with `?at=`, as it was. */
export function addTextTree(app: FastifyInstance, options: ApiSources & TextTree): void {
  const { agent, renderTree } = options
  app.get<{ Querystring: { q?: string; at?: string } }>(
    '/tree',
    { schema: { querystring: queryOf(['q', 'at']) } },
    async (request, reply) => {
      const { q, at } = request.query
      const snapshot = await shownBy(options, request.query, request.signal)
      const processes = at === undefined ? await agent.processes() : undefined
      const text = renderTree(processes === undefined ? snapshot : { ...snapshot, processes }, q)
      if (text === undefined)
        throw new Refusal(
          404,
          `Nothing here is named ${JSON.stringify(q)}.`,
          'Give a pid, a container id or a pod as /tree shows them.',
        )
      return reply
        .type('text/plain; charset=utf-8')
        .header('last-modified', new Date(snapshot.takenAt).toUTCString())
        .send(text)
    },
  )
}
