/** Ends of names whose value is a secret: `PGPASSWORD`, `--client-secret`, `authToken`. */
const secretEndings =
  /(?:password|passwords|passwd|passphrase|passcode|secret|secrets|token|tokens|credential|credentials|creds|apikey|accesskey|secretkey|authkey|privatekey|authorization|cookie|signature|connectionstring)$/

/** Words that mean a secret only where they stand alone as the last word of a name. */
const secretWords: ReadonlySet<string> = new Set([
  'auth',
  'bearer',
  'dsn',
  'jwt',
  'otp',
  'pass',
  'psk',
  'pw',
  'pwd',
  'requirepass',
  'masterauth',
  'dbpass',
  'userpass',
  'sas',
  'sig',
])

/** A key is public, or a path, unless the word before it says otherwise. */
const secretKeys =
  /^(?:api|access|account|app|auth|deploy|encryption|hmac|license|master|private|secret|service|session|shared|signing|ssh|storage)$/

/** Whether the value of a flag, a variable or a field of this name is a secret. `--token-file` names a file: it is not. */
export function isSecretName(name: string): boolean {
  // Names are short; what a process made longer on purpose is judged by its end.
  const words = name
    .slice(-80)
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  const last = words.at(-1) ?? ''
  const before = words.at(-2) ?? ''
  if (last === 'key' || last === 'keys') return secretKeys.test(before)
  if (last === 'tokens' && before === 'max') return false
  if (last === 'string') return before === 'connection'
  return secretWords.has(last) || secretEndings.test(last)
}

/** What a program takes behind a flag: a secret in the next word or attached, attached only, or `user:secret`. */
export type SecretFlag = 'secret' | 'attached' | 'user'
type SecretFlags = Readonly<Record<string, SecretFlag>>

const mysql: SecretFlags = { '-p': 'attached' }
const mongo: SecretFlags = { '-p': 'secret' }
const ldap: SecretFlags = { '-w': 'secret' }
const snmp: SecretFlags = { '-c': 'secret', '-A': 'secret', '-X': 'secret' }
const sql: SecretFlags = { '-P': 'secret' }
const putty: SecretFlags = { '-pw': 'secret' }

/** Short flags mean a secret only behind the programs that say so in their manuals. */
const secretFlags: ReadonlyMap<string, SecretFlags> = new Map(
  Object.entries({
    mysql,
    mysqladmin: mysql,
    mysqlcheck: mysql,
    mysqldump: mysql,
    mysqlimport: mysql,
    mysqlsh: mysql,
    mysqlshow: mysql,
    mariadb: mysql,
    'mariadb-admin': mysql,
    'mariadb-dump': mysql,
    mongo,
    mongosh: mongo,
    mongodump: mongo,
    mongoexport: mongo,
    mongoimport: mongo,
    mongorestore: mongo,
    ldapadd: ldap,
    ldapdelete: ldap,
    ldapmodify: ldap,
    ldapsearch: ldap,
    ldapwhoami: ldap,
    snmpget: snmp,
    snmpset: snmp,
    snmpwalk: snmp,
    bcp: sql,
    ipmitool: sql,
    sqlcmd: sql,
    zip: sql,
    unzip: sql,
    '7z': mysql,
    '7za': mysql,
    cqlsh: mongo,
    sshpass: mongo,
    // docker login, helm registry login, oc login, az login …
    login: mongo,
    rabbitmqadmin: mongo,
    'redis-cli': { '-a': 'secret' },
    'valkey-cli': { '-a': 'secret' },
    plink: putty,
    pscp: putty,
    smbclient: { '-U': 'user' },
    rpcclient: { '-U': 'user' },
    http: { '-a': 'user', '--auth': 'user' },
    https: { '-a': 'user', '--auth': 'user' },
    curl: { '-u': 'user', '-U': 'user', '--user': 'user', '--proxy-user': 'user', '-b': 'secret' },
  }),
)

/** The flags of the program that this word names, if it names one of those. */
export const secretFlagsOf = (word: string): SecretFlags | undefined =>
  secretFlags.get(word.slice(word.lastIndexOf('/') + 1, word.length).toLowerCase())

/**
 * Secrets that tell by their form what they are: GitHub, GitLab, Slack, Stripe, Google, AWS, npm, Vault, SendGrid,
 * DigitalOcean, OpenAI and its kin, JSON Web Tokens. The look behind makes each long run be tried once only.
 */
export const secretShapes =
  /(?<![A-Za-z0-9_-])(?:gh[oprsu]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|[rs]k_(?:live|test)_\w{10,}|AIza[\w-]{30,}|A[KS]IA[A-Z0-9]{16}|npm_[A-Za-z0-9]{30,}|hv[bs]\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_[0-9a-f]{32,}|sk-[\w-]{20,}|eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?)/g
