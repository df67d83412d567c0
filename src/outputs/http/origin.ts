/**
 * Whether a browser's page at `origin` may ask: only ours, which has the host of the request. Any page may open a
 * WebSocket to any host, and no other check stands between it and the frames. RFC 6455, 10.2. Programs that are no
 * browser send no Origin.
 */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  if (host === undefined || !URL.canParse(origin)) return false
  const { protocol, host: originHost } = new URL(origin)
  return (protocol === 'http:' || protocol === 'https:') && originHost === withoutDefaultPort(host, protocol)
}

const withoutDefaultPort = (host: string, protocol: string): string =>
  host.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, '')
