import { type ApiRoute, apiRoutes, at, branch, type VerdictRow } from './api-routes.ts'
import * as frames from './frame-schemas.ts'
import * as model from './snapshot-schemas.ts'

/** The API as OpenAPI 3.1, made of the same schemas that the answers are serialised with. */
export function openapi(version: string, verdictTable: readonly VerdictRow[]): object {
  const codes = verdictTable.map(({ code, severity, title }) => `- \`${code}\` (${severity}): ${title}`).join('\n')
  const { $id: _, ...tree } = branch
  return pointed({
    openapi: '3.1.0',
    info: {
      title: 'shimscope',
      version,
      description: `What runs the containers of this node, as /proc shows it. \`null\` means not known.\n\nVerdict codes:\n${codes}`,
    },
    paths: {
      ...Object.fromEntries(apiRoutes.map((route) => [route.path, { get: operation(route) }])),
      '/api/v1/live': { get: live },
      '/api/v1/live.schema.json': {
        get: {
          summary: 'The frames of the live feed as one JSON Schema.',
          responses: { 200: { description: 'JSON Schema, 2020-12', content: { 'application/schema+json': {} } } },
        },
      },
      '/tree': { get: plain('The tree as text.', { q: 'Only what this pid, container id or pod names.', at }) },
      '/metrics': { get: plain('Metrics for Prometheus, as text or OpenMetrics by Accept.') },
      '/-/healthy': { get: plain('Answers while the agent runs.') },
      '/-/ready': { get: plain('Answers 200 while what is served is fresh, else 503.') },
    },
    components: {
      schemas: {
        Snapshot: model.snapshot,
        Daemon: model.daemon,
        Shim: model.shim,
        Container: model.container,
        Verdict: model.verdict,
        Process: model.process,
        Event: frames.event,
        Story: frames.story,
        Branch: tree,
        Hello: frames.hello,
        SnapshotFrame: frames.snapshotFrame,
        Delta: frames.delta,
        Heartbeat: frames.heartbeat,
        Frame: {
          oneOf: ['Hello', 'SnapshotFrame', 'Delta', 'Heartbeat'].map((name) => ({
            $ref: `#/components/schemas/${name}`,
          })),
        },
        Refusal: {
          type: 'object',
          required: ['error', 'next'],
          properties: { error: { type: 'string' }, next: { type: 'string', description: 'What to do about it.' } },
        },
      },
    },
  }) as object
}

const parameters = (query: ApiRoute['query']) =>
  Object.entries(query).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
    allowEmptyValue: true,
  }))

const refused = {
  description: 'Not now, or not so.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
}

const operation = ({ summary, query, schema }: ApiRoute) => ({
  summary,
  parameters: parameters(query),
  responses: {
    200: { description: summary, ...headers(schema), content: { 'application/json': { schema } } },
    default: refused,
  },
})

const headers = (schema: object) =>
  'properties' in schema && Object.hasOwn(schema.properties as object, 'takenAt')
    ? { headers: { 'Last-Modified': { description: shownAt, schema: { type: 'string' } } } }
    : {}

const shownAt =
  'When the node was as it is shown: takenAt, to the second. RFC 9110, 8.8.2. Of a past moment, the last look that is known from then or from before.'

const plain = (summary: string, query: ApiRoute['query'] = {}) => ({
  summary,
  parameters: parameters(query),
  responses: {
    200: { description: summary, content: { 'text/plain': { schema: { type: 'string' } } } },
    default: refused,
  },
})

const live = {
  summary:
    'WebSocket: hello, then a snapshot or the deltas since `since`, then deltas and heartbeats (see Frame), one JSON text each.',
  parameters: parameters({
    since: 'RUN:SEQ of the last frame that was applied, to go on from there.',
    processes:
      'Adds the processes. A snapshot without any says that they are not known: what is played is from a journal.',
  }),
  responses: { 101: { description: 'Frames follow.' }, default: refused },
}

/** Within the document a schema is named by its place in it. */
function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === '$ref' && inner === 'branch#' ? '#/components/schemas/Branch' : pointed(inner),
    ]),
  )
}
