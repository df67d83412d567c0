import type { TlsOptions } from 'node:tls'

/** What stands between a client and the answers, as it holds now. A new one replaces it as a whole. */
export interface Door {
  /** `undefined`: connections are not encrypted. */
  readonly tls: TlsDoor | undefined
  /** Sent with every answer besides our own. */
  readonly headers: Readonly<Record<string, string>>
  /** Names and the bcrypt hashes of their passwords. */
  readonly users: ReadonlyMap<string, string>
  readonly bearerToken: string | undefined
  /** For all clients together; `undefined`: none. */
  readonly rateLimit: RateLimit | undefined
}

export interface TlsDoor {
  readonly options: TlsOptions
  readonly clientAuth: ClientAuth
  /** Empty: any. */
  readonly allowedSans: readonly string[]
}

export interface RateLimit {
  readonly intervalMs: number
  readonly burst: number
}

/** What is asked of a client's certificate, under the names of Go's crypto/tls. */
export const clientAuths = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const
export type ClientAuth = (typeof clientAuths)[number]

/** Everybody may come in, unencrypted. */
export const openDoor: Door = {
  tls: undefined,
  headers: {},
  users: new Map(),
  bearerToken: undefined,
  rateLimit: undefined,
}

/** Whether a request must bring a password or a token. */
export const asksForSecret = ({ users, bearerToken }: Door): boolean => users.size > 0 || bearerToken !== undefined

/** Whether strangers are kept out at all. */
export const isGuarded = (door: Door): boolean =>
  asksForSecret(door) || door.tls?.clientAuth === 'RequireAndVerifyClientCert'
