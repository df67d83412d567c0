import { constants, X509Certificate } from 'node:crypto'
import { createSecureContext, type TLSSocket, type TlsOptions } from 'node:tls'
import type { ClientAuth, TlsDoor } from './door.ts'
import { BrokenWebConfig } from './fields.ts'
import { ciphers, curves, versions } from './tls-names.ts'
import type { TlsConfig } from './web-config.ts'

/** The texts of what a TLS configuration names. */
export interface Pems {
  readonly cert: string
  readonly key: string
  readonly clientCa: string | undefined
}

/** Throws a BrokenWebConfig when certificate and key are none, or do not belong together. */
export function tlsDoorOf(config: TlsConfig, { cert, key, clientCa }: Pems): TlsDoor {
  const { clientAuth, allowedSans, minVersion, maxVersion } = config
  const asks = clientAuth !== 'NoClientCert'
  const suites = config.ciphers.flatMap((name) => ciphers[name] ?? [])
  const options: TlsOptions = {
    cert,
    key,
    minVersion: versions[minVersion],
    maxVersion: versions[maxVersion],
    honorCipherOrder: config.ownOrder,
    // Those of TLS 1.3 are a list of their own in Go, and the head of one list in Node.
    ...(suites.length > 0 && { ciphers: [...TLS13, ...suites].join(':') }),
    ...(config.curves.length > 0 && { ecdhCurve: config.curves.map((name) => curves[name]).join(':') }),
    ...(clientCa !== undefined && { ca: clientCa }),
    requestCert: asks,
    // Judged by `mayEnter`, which knows all five.
    rejectUnauthorized: false,
    // A session that is resumed shows no certificate again: who shows one shows it with every connection.
    ...(asks && { secureOptions: constants.SSL_OP_NO_TICKET }),
    handshakeTimeout: 5_000,
    ALPNProtocols: ['http/1.1'],
  }
  check(options, clientCa)
  return { options, clientAuth, allowedSans }
}

const TLS13 = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256']

function check(options: TlsOptions, clientCa: string | undefined): void {
  const said = (error: unknown) => (error instanceof Error ? error.message : String(error))
  try {
    createSecureContext(options)
  } catch (error) {
    throw new BrokenWebConfig(`certificate and key of tls_server_config cannot be used (${said(error)})`)
  }
  try {
    // OpenSSL passes over what is no certificate, and then knows nobody.
    if (clientCa !== undefined) new X509Certificate(clientCa)
  } catch (error) {
    throw new BrokenWebConfig(`the client_ca of tls_server_config is no certificate (${said(error)})`)
  }
}

/** Whether a client may come in after its handshake. https://pkg.go.dev/crypto/tls#ClientAuthType */
export function mayEnter(socket: TLSSocket, { clientAuth, allowedSans }: TlsDoor): boolean {
  const certificate = socket.getPeerX509Certificate()
  const known = certificate !== undefined && allowedSans.length > 0 ? subjectNames(certificate.subjectAltName) : []
  return (
    isEnough(clientAuth, certificate !== undefined, socket.authorized) &&
    (allowedSans.length === 0 || known.some((name) => allowedSans.includes(name)))
  )
}

function isEnough(clientAuth: ClientAuth, given: boolean, verified: boolean): boolean {
  switch (clientAuth) {
    case 'NoClientCert':
    case 'RequestClientCert':
      return true
    case 'RequireAnyClientCert':
      return given
    case 'VerifyClientCertIfGiven':
      return !given || verified
    case 'RequireAndVerifyClientCert':
      return given && verified
  }
}

/**
 * The names of `DNS:a, IP Address:192.0.2.1, URI:"…"`: Node quotes a value that could be mistaken for several, so that
 * no value can pretend to be another. https://nodejs.org/api/crypto.html#x509subjectaltname
 */
export function subjectNames(text: string | undefined): readonly string[] {
  return [...(text ?? '').matchAll(/(?:^|, )(?:DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,"]*)/g)].map(
    ([, value = '']) => (value.startsWith('"') ? (JSON.parse(value) as string) : value),
  )
}
