import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes keys and certificates with openssl, as an operator would; what is made lies in the folder under these names. */
export interface Authority {
  readonly folder: string
  /** `NAME.crt` and `NAME.key`, signed by `BY.crt`. */
  issue(name: string, subjectAltName: string, by?: string): void
  path(file: string): string
}

export function authority(folder: string): Authority {
  mkdirSync(folder, { recursive: true })
  const path = (file: string) => join(folder, file)
  const openssl = (...argv: string[]) =>
    execFileSync('openssl', argv, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  for (const name of ['ca', 'strangers-ca'])
    openssl(
      'req',
      '-x509',
      ...curve,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    )
  return {
    folder,
    path,
    issue(name, subjectAltName, by = 'ca') {
      openssl('req', ...curve, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
      writeFileSync(path(`${name}.ext`), `subjectAltName=${subjectAltName}\n`)
      const signed = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2']
      openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signed, '-extfile', `${name}.ext`)
    },
  }
}
