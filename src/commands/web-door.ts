import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Door, openDoor } from '../outputs/http/door/door.ts'
import { BrokenWebConfig } from '../outputs/http/door/fields.ts'
import { tlsDoorOf } from '../outputs/http/door/tls-door.ts'
import { parseWebConfig, type Pem, type TlsConfig } from '../outputs/http/door/web-config.ts'
import type { DoorCounts } from '../outputs/metrics/metric.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Log } from './log.ts'

export interface DoorFiles {
  readonly configFile: string | undefined
  readonly tokenFile: string | undefined
}

/** The door as its files say, read again when one of them has changed. */
export interface WebDoor {
  current(): Door
  /** Reads the files now, changed or not. */
  reload(): void
  status(): Pick<DoorCounts, 'reload' | 'certificateEndsAtMs'>
}

/** Files are looked at no more often than this, and only when somebody asks: nothing ticks on a quiet node. */
const LOOK_MS = 1_000

/** Throws a BadInput when the files cannot be used. Later ones that cannot be used are logged, and the former hold. */
export function webDoor(files: DoorFiles, log: Log, now: () => number = Date.now): WebDoor {
  const { configFile, tokenFile } = files
  if (configFile === undefined && tokenFile === undefined)
    return {
      current: () => openDoor,
      reload: () =>
        log.info('SIGHUP: there is nothing to read again, since no --web.config.file and no token is given'),
      status: () => ({ reload: undefined, certificateEndsAtMs: undefined }),
    }
  const first = read(files)
  if ('broken' in first) throw new BadInput(first.broken)
  let { door, stamps } = first
  let lookedAtMs = now()
  let reload = { successful: true, lastSuccessAtMs: lookedAtMs }

  const again = () => {
    const next = read(files)
    stamps = next.stamps
    if ('broken' in next) {
      reload = { ...reload, successful: false }
      log.error('the web configuration could not be read again; the former one holds', { failure: next.broken })
      return
    }
    door = next.door
    reload = { successful: true, lastSuccessAtMs: now() }
    log.info('the web configuration was read again')
  }
  return {
    current() {
      if (Math.abs(now() - lookedAtMs) >= LOOK_MS) {
        lookedAtMs = now()
        if ([...stamps].some(([path, stamp]) => stampOf(path) !== stamp)) again()
      }
      return door
    },
    reload: again,
    status: () => ({ reload, certificateEndsAtMs: endOf(door) }),
  }
}

/** How each file looked before it was read; a change while it was read shows the next time. */
type Stamps = ReadonlyMap<string, string>
type Read = { readonly stamps: Stamps } & ({ readonly door: Door } | { readonly broken: string })

function read({ configFile, tokenFile }: DoorFiles): Read {
  const stamps = new Map<string, string>()
  const open = (path: string, named: string): string => {
    stamps.set(path, stampOf(path))
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new BrokenWebConfig(`${named} ${path} cannot be read (${code})`)
    }
  }
  try {
    const configured = configFile === undefined ? openDoor : doorOf(configFile, open)
    const bearerToken = tokenFile === undefined ? undefined : tokenOf(tokenFile, open)
    return { stamps, door: { ...configured, bearerToken } }
  } catch (error) {
    if (error instanceof BrokenWebConfig) return { stamps, broken: error.message }
    throw error
  }
}

type Open = (path: string, named: string) => string

function doorOf(path: string, open: Open): Door {
  const text = open(path, '--web.config.file')
  try {
    const { tls, ...rest } = parseWebConfig(text)
    const pem = (given: Pem, name: string): string =>
      'text' in given ? given.text : open(resolve(dirname(path), given.file), name)
    return { ...rest, bearerToken: undefined, tls: tls && tlsOf(tls, pem) }
  } catch (error) {
    if (error instanceof BrokenWebConfig) throw new BrokenWebConfig(`--web.config.file ${path}: ${error.message}`)
    throw error
  }
}

const tlsOf = (tls: TlsConfig, pem: (given: Pem, name: string) => string) =>
  tlsDoorOf(tls, {
    cert: pem(tls.cert, 'cert_file'),
    key: pem(tls.key, 'key_file'),
    clientCa: tls.clientCa && pem(tls.clientCa, 'client_ca_file'),
  })

/** Shorter ones can be guessed. */
const LEAST_TOKEN = 16

/** The form of RFC 6750, 2.1. What the file holds is not said again. */
function tokenOf(path: string, open: Open): string {
  const token = open(path, '--web.bearer-token-file').trim()
  if (token.length >= LEAST_TOKEN && /^[A-Za-z0-9\-._~+/]+=*$/.test(token)) return token
  throw new BrokenWebConfig(
    `--web.bearer-token-file ${path} holds no token of ${LEAST_TOKEN} letters, digits and -._~+/ or more; make one with openssl rand -hex 32`,
  )
}

function stampOf(path: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

function endOf({ tls }: Door): number | undefined {
  return tls === undefined ? undefined : Date.parse(new X509Certificate(String(tls.options.cert)).validTo)
}
