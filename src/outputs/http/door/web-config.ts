import { type ClientAuth, clientAuths, type RateLimit } from './door.ts'
import { BrokenWebConfig, type Fields, fieldsOf, named } from './fields.ts'
import {
  type CipherName,
  cipherNames,
  type CurveName,
  curveNames,
  type VersionName,
  versionNames,
} from './tls-names.ts'

/**
 * A web configuration as Prometheus and its exporters take it, read and not yet looked into: files are only named.
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
export interface WebConfig {
  readonly tls: TlsConfig | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly users: ReadonlyMap<string, string>
  readonly rateLimit: RateLimit | undefined
}

export interface TlsConfig {
  readonly cert: Pem
  readonly key: Pem
  readonly clientCa: Pem | undefined
  readonly clientAuth: ClientAuth
  readonly allowedSans: readonly string[]
  readonly minVersion: VersionName
  readonly maxVersion: VersionName
  readonly ciphers: readonly CipherName[]
  readonly curves: readonly CurveName[]
  readonly ownOrder: boolean
}

/** Either the text itself, or the file that holds it; a relative one is relative to the configuration. */
export type Pem = { readonly text: string } | { readonly file: string }

/** bcrypt takes twice the time for each step: this one is some seconds, and nobody waits longer. */
const MOST_COST = 16

/** Throws a BrokenWebConfig. */
export function parseWebConfig(text: string): WebConfig {
  const config = fieldsOf(text, ['tls_server_config', 'http_server_config', 'basic_auth_users', 'rate_limit'])
  return {
    tls: tlsOf(config),
    headers: headersOf(config),
    users: usersOf(config),
    rateLimit: rateLimitOf(config),
  }
}

const tlsFields = [
  'cert',
  'key',
  'client_ca',
  'cert_file',
  'key_file',
  'client_ca_file',
  'client_auth_type',
  'client_allowed_sans',
  'min_version',
  'max_version',
  'cipher_suites',
  'curve_preferences',
  'prefer_server_cipher_suites',
] as const

function tlsOf(config: Fields): TlsConfig | undefined {
  const tls = config.part('tls_server_config', tlsFields)
  const [cert, key, clientCa] = (['cert', 'key', 'client_ca'] as const).map((name) => pemOf(tls, name))
  // Go has had another name for one of them. exporter-toolkit, web/tls_config.go
  const given = tls.oneOf('client_auth_type', [...clientAuths, 'RequireClientCert'], 'NoClientCert')
  const clientAuth = given === 'RequireClientCert' ? 'RequireAnyClientCert' : given
  const allowedSans = tls.texts('client_allowed_sans')
  const rest = {
    clientAuth,
    allowedSans,
    minVersion: tls.oneOf('min_version', versionNames, 'TLS12'),
    maxVersion: tls.oneOf('max_version', versionNames, 'TLS13'),
    ciphers: tls.listOf('cipher_suites', cipherNames),
    curves: tls.listOf('curve_preferences', curveNames),
    ownOrder: tls.truth('prefer_server_cipher_suites', true),
  }
  if (rest.minVersion > rest.maxVersion)
    throw new BrokenWebConfig('tls_server_config.min_version is above tls_server_config.max_version')
  if (cert === undefined && key === undefined && clientCa === undefined && tls.text('client_auth_type') === undefined)
    return undefined
  if (cert === undefined) throw new BrokenWebConfig('tls_server_config has neither cert_file nor cert')
  if (key === undefined) throw new BrokenWebConfig('tls_server_config has neither key_file nor key')
  agree(clientAuth, clientCa, allowedSans)
  return { cert, key, clientCa, ...rest }
}

/** What is said of clients' certificates must not be said in vain: somebody believes in it. */
function agree(clientAuth: ClientAuth, clientCa: Pem | undefined, allowedSans: readonly string[]): void {
  if (clientCa !== undefined && clientAuth === 'NoClientCert')
    throw new BrokenWebConfig('tls_server_config names a client_ca and no client_auth_type, so no client is asked')
  const verifies = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert'
  // Go would then take every certificate that a public authority has signed.
  if (clientCa === undefined && verifies)
    throw new BrokenWebConfig(`tls_server_config.client_auth_type ${clientAuth} needs a client_ca_file to verify with`)
  const requires = clientAuth === 'RequireAnyClientCert' || clientAuth === 'RequireAndVerifyClientCert'
  if (allowedSans.length > 0 && !requires)
    throw new BrokenWebConfig(
      'tls_server_config.client_allowed_sans needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert',
    )
}

function pemOf(tls: Fields, name: 'cert' | 'key' | 'client_ca'): Pem | undefined {
  const [text, file] = [tls.text(name), tls.text(`${name}_file`)]
  if (text !== undefined && file !== undefined)
    throw new BrokenWebConfig(`tls_server_config has both ${name} and ${name}_file; give one of them`)
  if (file !== undefined) return { file }
  return text === undefined ? undefined : { text }
}

/** The headers that may be set, and to what; no list: to anything. exporter-toolkit, web/handler.go */
const settable: Readonly<Record<string, readonly string[]>> = {
  'Strict-Transport-Security': [],
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': [],
  'Content-Security-Policy': [],
}

function headersOf(config: Fields): Readonly<Record<string, string>> {
  const http = config.part('http_server_config', ['http2', 'headers'])
  // We speak HTTP/1.1 alone, which every client takes.
  http.truth('http2', true)
  const headers = http.part('headers', Object.keys(settable))
  return Object.fromEntries(
    headers.names.flatMap((name) => {
      const choices = settable[name] ?? []
      const value = headers.text(name)
      if (value === undefined) return []
      if (choices.length > 0) headers.oneOf(name, choices, value)
      if (/[^\t\x20-\x7e]/.test(value))
        throw new BrokenWebConfig(`http_server_config.headers.${name} has a character that no header may have`)
      return [[name.toLowerCase(), value]]
    }),
  )
}

function usersOf(config: Fields): ReadonlyMap<string, string> {
  const users = config.part('basic_auth_users')
  return new Map(
    users.names.map((name) => {
      const where = `basic_auth_users.${named(name)}`
      // RFC 7617: what is before the first colon is the name.
      if (name === '' || name.includes(':')) throw new BrokenWebConfig(`${where}: a name is not empty and has no colon`)
      const [hash = '', cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(users.text(name) ?? '') ?? []
      // What stands there instead may be the password itself: it is not said again.
      if (hash === '')
        throw new BrokenWebConfig(`${where} is no bcrypt hash; make one with htpasswd -nBC 10 "" | tr -d ':'`)
      if (Number(cost) < 4 || Number(cost) > MOST_COST)
        throw new BrokenWebConfig(`${where} has the bcrypt cost ${Number(cost)}; give one from 4 to ${MOST_COST}`)
      return [name, hash]
    }),
  )
}

function rateLimitOf(config: Fields): RateLimit | undefined {
  const limit = config.part('rate_limit', ['interval', 'burst'])
  const [intervalMs, burst] = [limit.durationMs('interval'), limit.count('burst')]
  if (intervalMs === 0) return undefined
  if (burst === 0) throw new BrokenWebConfig('rate_limit.burst is 0, so every request would be refused; give 1 or more')
  return { intervalMs, burst }
}
