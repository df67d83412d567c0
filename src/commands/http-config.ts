import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { BrokenWebConfig, type Fields, fieldsOf } from '../outputs/http/door/fields.ts'
import { BadInput } from '../sources/bad-input.ts'

/** How an agent behind a door is called. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsAccess
}

export interface TlsAccess {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

/** Who needs nothing to come in. */
export const openAccess: Access = { headers: {}, tls: {} }

const OPTION = '--http.config.file'

/**
 * What a client of Prometheus says to come in (`promtool --http.config.file`, `http_config` of a scrape), as far as an
 * agent asks for it. https://prometheus.io/docs/prometheus/latest/configuration/configuration/#http_config
 * Throws a BadInput that names file and reason, and never a secret.
 */
export function readHttpConfig(path: string): Access {
  const open = (file: string, named: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      throw new BrokenWebConfig(`${named} cannot be read (${(error as NodeJS.ErrnoException).code})`)
    }
  }
  try {
    const config = fieldsOf(open(path, 'it'), ['basic_auth', 'authorization', 'tls_config'])
    const value: ValueOf = (fields, where, name) => {
      const [text, file] = [fields.text(name), fields.text(`${name}_file`)]
      if (text !== undefined && file !== undefined)
        throw new BrokenWebConfig(`${where} has both ${name} and ${name}_file; give one of them`)
      return file === undefined ? text : open(resolve(dirname(path), file), `${where}.${name}_file ${file}`)
    }
    return { headers: headersOf(config, value), tls: tlsOf(config, value) }
  } catch (error) {
    if (error instanceof BrokenWebConfig) throw new BadInput(`${OPTION} ${path}: ${error.message}`)
    throw error
  }
}

/** A field, or what the file holds that the field beside it names. */
type ValueOf = (fields: Fields, where: string, name: string) => string | undefined

function headersOf(config: Fields, value: ValueOf): Access['headers'] {
  const basic = config.part('basic_auth', ['username', 'username_file', 'password', 'password_file'])
  const bearer = config.part('authorization', ['type', 'credentials', 'credentials_file'])
  const [name, password] = [value(basic, 'basic_auth', 'username'), value(basic, 'basic_auth', 'password')]
  const credentials = value(bearer, 'authorization', 'credentials')?.trim()
  if (basic.names.length > 0 && bearer.names.length > 0)
    throw new BrokenWebConfig('it has both basic_auth and authorization; give one of them')
  if (credentials !== undefined) {
    const header = `${bearer.text('type') ?? 'Bearer'} ${credentials}`
    if (/[^\x20-\x7e]/.test(header)) throw new BrokenWebConfig('authorization has a character that no header may have')
    return { authorization: header }
  }
  if (bearer.names.length > 0) throw new BrokenWebConfig('authorization has neither credentials_file nor credentials')
  if (name === undefined) {
    if (basic.names.length > 0) throw new BrokenWebConfig('basic_auth has neither username nor username_file')
    return {}
  }
  // The end of the line that an editor has put there is none of the password, as Prometheus sees it too.
  return basicAuthorization(name.trim(), (password ?? '').trim())
}

/** RFC 7617 */
export const basicAuthorization = (name: string, password: string): Access['headers'] => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})

function tlsOf(config: Fields, value: ValueOf): TlsAccess {
  const files = ['ca', 'cert', 'key'] as const
  const known = [...files, ...files.map((name) => `${name}_file`), 'server_name', 'insecure_skip_verify']
  const tls = config.part('tls_config', known)
  const [ca, cert, key] = files.map((name) => value(tls, 'tls_config', name))
  const servername = tls.text('server_name')
  const access = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(servername !== undefined && { servername }),
    ...(tls.truth('insecure_skip_verify', false) && { rejectUnauthorized: false }),
  }
  if ((cert === undefined) !== (key === undefined))
    throw new BrokenWebConfig('tls_config has one of certificate and key; a client needs both')
  check(access)
  return access
}

/** OpenSSL passes over a CA that is no certificate, and then knows nobody. */
function check(options: SecureContextOptions): void {
  if (options.ca !== undefined && !String(options.ca).includes('-----BEGIN CERTIFICATE-----'))
    throw new BrokenWebConfig('the ca of tls_config is no certificate')
  try {
    createSecureContext(options)
  } catch (error) {
    throw new BrokenWebConfig(`ca, certificate and key of tls_config cannot be used (${(error as Error).message})`)
  }
}
