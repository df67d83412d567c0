export type ListenAddress = { readonly host: string; readonly port: number } | { readonly error: string }

/**
 * `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (all addresses) as Prometheus exporters take it; or why it is none, in one
 * sentence with the next step.
 */
export function parseListenAddress(text: string): ListenAddress {
  const parts = /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([^:[\]\s/]*)):([0-9]{1,5})$/.exec(text.trim())
  const port = Number(parts?.[3])
  if (parts === null || port > 65535) {
    return {
      error: `"${text}" is no address to listen at; give HOST:PORT, such as 127.0.0.1:19256, [::1]:19256 or :19256 for all addresses.`,
    }
  }
  // `::` takes IPv4 too, unless net.ipv6.bindv6only is set. ipv6(7)
  return { host: parts[1] ?? (parts[2] || '::'), port }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host)
}

/** Why a server cannot listen, in one sentence with the next step; `undefined` for what is no expected failure. */
export function explainListenFailure(error: unknown, address: string): string | undefined {
  const port = /:([0-9]+)$/.exec(address)?.[1] ?? ''
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'EADDRINUSE':
      return `${address} is taken by another process; see which with \`ss -ltnp 'sport = :${port}'\`, or choose another with --web.listen-address.`
    case 'EACCES':
      return `${address} may not be listened at without privilege; choose a port above 1023 with --web.listen-address.`
    case 'EADDRNOTAVAIL':
      return `${address} is no address of this machine; see \`ip address\`, or use --web.listen-address 127.0.0.1:${port}.`
    case 'EAFNOSUPPORT':
      return `${address} is of a family that this machine does not have; use --web.listen-address 0.0.0.0:${port}.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host in ${address} has no address; give a number, such as --web.listen-address 127.0.0.1:${port}.`
    default:
      return undefined
  }
}
