import { isIP } from 'node:net'

/** A `Host` header without its port, in lower case. RFC 9110, 7.2. */
export const hostName = (host: string): string => host.toLowerCase().replace(/:[0-9]*$/, '')

export function namesLoopback(host: string): boolean {
  const name = hostName(host)
  return name === 'localhost' || name === '[::1]' || /^127(\.[0-9]{1,3}){3}$/.test(name)
}

/** An address, which nobody can make lead elsewhere, or the loopback's name. */
export const namesAddress = (host: string): boolean =>
  namesLoopback(host) || isIP(hostName(host).replace(/^\[|\]$/g, '')) !== 0
