/** Ends of names whose value is a secret: `PGPASSWORD`, `--client-secret`, `authToken`. */
const secretEndings =
  /(?:password|passwords|passwd|passphrase|passcode|secret|secrets|token|tokens|credential|credentials|creds|(?:store|key|db|root|admin|ftp|smtp|http|proxy|auth)pass|apikey|accesskey|secretkey|authkey|privatekey|authorization|cookie|signature|connectionstring)$/

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
  /^(?:api|access|account|app|auth|certificate|deploy|encryption|hmac|license|master|private|secret|service|session|shared|signing|ssh|storage)$/

/** A variable that ends like this is a secret, unless it says what else it is: `KEY=…`, `STRIPE_KEY=…`, not `PUBLIC_KEY=…`. */
const secretVariable = /^(?:[A-Z][A-Z0-9]*_)*(?<!PUBLIC_|CACHE_|PRIMARY_|SORT_|PARTITION_|HOST_|FOREIGN_)KEY$/

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
  if (last === 'key' || last === 'keys') return secretKeys.test(before) || secretVariable.test(name.slice(-80))
  if (last === 'tokens' && before === 'max') return false
  if (last === 'string') return before === 'connection' || before === 'secret'
  // Vault's half of an AppRole; elsewhere `--secret-id` names a secret. developer.hashicorp.com/vault, auth/approle
  if (/secret_id$/.test(name.slice(-80))) return true
  return secretWords.has(last) || secretEndings.test(last)
}

/**
 * What a program takes behind a flag or a command: a secret in the next word or attached, attached only, only in the
 * next word (or behind `=`), `user:secret`, or a secret as its second, third or fourth word.
 */
export type SecretFlag = 'secret' | 'attached' | 'next' | 'user' | 'second' | 'third' | 'fourth'
export type SecretFlags = Readonly<Record<string, SecretFlag>>

const mysql: SecretFlags = { '-p': 'attached' }
const lowerP: SecretFlags = { '-p': 'secret' }
const upperP: SecretFlags = { '-P': 'secret' }
const ldap: SecretFlags = { '-w': 'secret' }
const snmp: SecretFlags = { '-c': 'secret', '-A': 'secret', '-X': 'secret' }
const putty: SecretFlags = { '-pw': 'next' }
const redis: SecretFlags = { '-a': 'secret', AUTH: 'next', auth: 'next', requirepass: 'next', masterauth: 'next' }
const samba: SecretFlags = { '-U': 'user' }
const httpie: SecretFlags = { '-a': 'user', '--auth': 'user' }
const transfer: SecretFlags = { '-u': 'user', '--user': 'user' }
const gossip: SecretFlags = { '-encrypt': 'next' }
const mosquitto: SecretFlags = { '-P': 'secret' }
const curl: SecretFlags = {
  '-u': 'user',
  '-U': 'user',
  '--user': 'user',
  '--proxy-user': 'user',
  '-b': 'secret',
  '-E': 'user',
  '--cert': 'user',
}

/** Short flags and commands mean a secret only behind the programs that say so in their manuals. */
const secretFlags: ReadonlyMap<string, SecretFlags> = new Map(
  Object.entries({
    mysql,
    mysqladmin: { ...mysql, password: 'next' },
    mysqlcheck: mysql,
    mysqldump: mysql,
    mysqlimport: mysql,
    mysqlsh: mysql,
    mysqlshow: mysql,
    mycli: lowerP,
    mariadb: mysql,
    'mariadb-admin': { ...mysql, password: 'next' },
    'mariadb-dump': mysql,
    mongo: lowerP,
    mongosh: lowerP,
    mongodump: lowerP,
    mongoexport: lowerP,
    mongoimport: lowerP,
    mongorestore: lowerP,
    'redis-cli': redis,
    'valkey-cli': redis,
    'keydb-cli': redis,
    cqlsh: lowerP,
    'cypher-shell': lowerP,
    'neo4j-admin': { 'set-initial-password': 'next' },
    nodetool: putty,
    bcp: upperP,
    sqlcmd: upperP,
    etcdctl: { '--user': 'user' },
    ldapadd: ldap,
    ldapdelete: ldap,
    ldapmodify: ldap,
    ldappasswd: { ...ldap, '-s': 'secret', '-a': 'secret' },
    ldapsearch: ldap,
    ldapwhoami: ldap,
    snmpget: snmp,
    snmpset: snmp,
    snmpwalk: snmp,
    ipmitool: upperP,
    fence_ipmilan: lowerP,
    zip: upperP,
    unzip: upperP,
    '7z': mysql,
    '7za': mysql,
    rar: { '-p': 'attached', '-hp': 'attached' },
    unrar: mysql,
    // docker login, helm registry login, oc login, az login …
    login: lowerP,
    // ctr images pull, crictl pull …
    pull: transfer,
    push: transfer,
    rabbitmqadmin: lowerP,
    rabbitmqctl: { add_user: 'second', change_password: 'second', authenticate_user: 'second' },
    mosquitto_pub: mosquitto,
    mosquitto_sub: mosquitto,
    mosquitto_rr: mosquitto,
    sshpass: lowerP,
    plink: putty,
    pscp: putty,
    smbclient: samba,
    rpcclient: samba,
    net: samba,
    rdesktop: lowerP,
    useradd: lowerP,
    usermod: lowerP,
    htpasswd: { '-b': 'third', '-bc': 'third', '-cb': 'third', '-bB': 'third', '-Bb': 'third', '-nb': 'second' },
    expect: { '-c': 'secret' },
    openssl: { '-k': 'next', '-K': 'next' },
    http: httpie,
    https: httpie,
    curl,
    ab: { '-A': 'user', '-P': 'user' },
    lftp: { '-u': 'user' },
    ncftpget: lowerP,
    ncftpput: lowerP,
    sendemail: { '-xp': 'next' },
    twine: lowerP,
    configure: { aws_secret_access_key: 'next', aws_session_token: 'next' },
    'put-parameter': { '--value': 'next' },
    az: { '--value': 'next' },
    mc: { set: 'fourth', add: 'fourth' },
    vault: { unseal: 'next' },
    consul: gossip,
    nomad: gossip,
    ngrok: { authtoken: 'next', 'add-authtoken': 'next' },
    snyk: { auth: 'next' },
  } satisfies Record<string, SecretFlags>),
)

/** A script may begin behind a quote or in a substitution: `sh -c "curl …`, `x=$(curl …`. */
const programIn = (word: string): string =>
  word
    .slice(word.lastIndexOf('/') + 1)
    .slice(0, 64)
    .replace(/^.*["'`($=]/, '')
    .toLowerCase()

/** The flags of the program that this word names, if it names one of those. */
export const secretFlagsOf = (word: string): SecretFlags | undefined => secretFlags.get(programIn(word))

/** Switches that may stand before a flag in one word: `curl -sSu user:secret`. curl(1) */
export const switchesBefore = (flags: SecretFlags): RegExp | undefined =>
  flags === curl ? /^-[sSfkLvigINnj#0-6]{1,16}(?=[uUbE])/ : undefined

/** Oracle's tools take `user/secret@service`; Percona's a list such as `h=host,p=secret`; FreeRDP `/p:secret`. */
const secretForms: readonly (readonly [program: RegExp, secret: RegExp])[] = [
  [/^(?:sqlplus|sqlldr|expdp|impdp|exp|imp|rman|tnsping)$/, /(?<=^[\w$#]{1,128}\/)[^@]+/],
  [/^pt-[a-z-]{1,40}$/, /(?<=(?:^|,)p=)[^,]+/],
  [/^[wx]?freerdp3?$/, /(?<=^\/g?p:).+/s],
]

/** The secret part of a word, behind programs that have a form of their own. */
export function secretFormOf(word: string): RegExp | undefined {
  const program = programIn(word)
  return secretForms.find(([programs]) => programs.test(program))?.[1]
}

/** Addresses that are secrets by themselves: whoever knows the rest of the path may write there. */
export const secretPaths =
  /(hooks\.slack\.com\/(?:services|workflows)\/|discord(?:app)?\.com\/api\/webhooks\/|api\.telegram\.org\/bot|webhook\.office\.com\/webhookb2\/)[\w:@/-]+?(?=\/?(?:$|[^\w:@/-]|\/(?:get|send|set)[A-Z]))/g

/** A text that gives a secret to a program through its standard input: what is echoed there is one. */
export const secretByStdin =
  /--(?:password|token|pass|passphrase)-stdin|--with-token|--passwd-on-stdin|chpasswd|sudo -S/

/**
 * Secrets that tell by their form what they are: GitHub, GitLab, Slack, Stripe, Google, AWS, npm, Vault, SendGrid,
 * DigitalOcean, OpenAI and its kin, SonarQube, Tailscale, PyPI, Docker Hub, Shopify, Hugging Face, Databricks, JSON Web
 * Tokens. The look behind makes each long run be tried once only.
 */
export const secretShapes =
  /(?<![A-Za-z0-9_-])(?:gh[oprsu]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|[rs]k_(?:live|test)_\w{10,}|AIza[\w-]{30,}|A[KS]IA[A-Z0-9]{16}|npm_[A-Za-z0-9]{30,}|hv[bs]\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_[0-9a-f]{32,}|sq[apu]_[0-9a-f]{16,}|tskey-[\w-]{10,}|pypi-[\w-]{16,}|dckr_pat_[\w-]{16,}|shp(?:at|ca|pa|ss)_[0-9a-f]{16,}|hf_[A-Za-z0-9]{30,}|dapi[0-9a-f]{32}|gl(?:rt|dt|ptt|agent)-[\w-]{16,}|ya29\.[\w-]{20,}|xapp-[\w-]{16,}|SWMTKN-1-[\w-]{16,}|sk-[\w-]{20,}|eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?)/g
