import type { ServerOptions } from '../../../src/outputs/http/server.ts'

/** What a server needs that a test does not ask about: no page, no metrics, no tables. */
export const plainServer: Omit<ServerOptions, 'agent'> = {
  version: '1',
  assets: [],
  renderMetrics: async () => ({ contentType: 'text/plain', body: '' }),
  renderTree: () => '',
  verdictTable: [],
  runtimeTable: [],
  loopback: true,
}
