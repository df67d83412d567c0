import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactArgv } from '../../../src/core/procfs/redact.ts'

/** Command lines as they are seen on real nodes: the word `hunter2` is the secret, wherever it stands. */
const leaking: readonly (readonly string[])[] = [
  ['app', '--password=hunter2'],
  ['app', '--password', 'hunter2', '--verbose'],
  ['app', '-password', 'hunter2 with blanks'],
  ['app', '--db.password=hunter2'],
  ['java', '-Dspring.datasource.password=hunter2', '-jar', 'app.jar'],
  ['java', '-Djavax.net.ssl.keyStorePassword=hunter2'],
  ['helm', 'upgrade', '--set', 'auth.rootPassword=hunter2,replicas=3'],
  ['kubectl', 'create', 'secret', 'generic', 'x', '--from-literal=api-token=hunter2'],
  ['env', 'AWS_SECRET_ACCESS_KEY=hunter2', 'PGPASSWORD=hunter2', 'psql'],
  ['docker', 'run', '-e', 'MYSQL_ROOT_PASSWORD=hunter2', 'mysql'],
  ['docker', 'login', '-u', 'me', '-p', 'hunter2', 'registry.example'],
  ['mysql', '-uroot', '-phunter2', 'db'],
  ['mysql', '-pwhunter2'],
  ['/usr/bin/mysqldump', '--user=root', '--password=hunter2', '--all-databases'],
  ['docker', 'exec', 'db', 'mysqladmin', '-phunter2', 'ping'],
  ['sshpass', '-p', 'hunter2', 'ssh', 'host'],
  ['sshpass', '-phunter2', 'ssh', 'host'],
  ['plink', '-pw', 'hunter2', 'host'],
  ['redis-server', '*:6379', '--requirepass', 'hunter2'],
  ['redis-cli', '-a', 'hunter2', 'ping'],
  ['curl', '-u', 'me:hunter2', 'https://host/'],
  ['curl', '-ume:hunter2', 'https://host/'],
  ['curl', '--user=me:hunter2', 'https://host/'],
  ['curl', '-H', 'Authorization: Bearer hunter2', 'https://host/'],
  ['curl', '-HAuthorization: Basic hunter2', 'https://host/'],
  ['curl', '--header', 'X-Api-Key: hunter2'],
  ['curl', '-H', 'PRIVATE-TOKEN: hunter2'],
  ['curl', '-H', 'Cookie: a=hunter2; b=hunter2'],
  ['curl', 'https://host/hook?access_token=hunter2&x=1'],
  ['curl', 'https://me:other@host/?token=hunter2'],
  ['wget', 'ftp://me:hunter2@host/file'],
  ['app', 'postgres://me:hunter2@db:5432/x?sslmode=disable'],
  ['app', 'postgres://me:a/b@hunter2@db:5432/x'],
  ['app', 'postgres://me:hun/hunter2@db:5432/x'],
  ['app', 'mongodb://a:hunter2@h1,mongodb://b:hunter2@h2'],
  ['app', '--dsn=me:hunter2@tcp(db:3306)/x'],
  ['app', 'me:hunter2@db'],
  ['app', 'host=db user=me password=hunter2 dbname=x'],
  ['app', 'Server=db;Database=x;User Id=me;Password=hunter2;'],
  ['git', 'clone', 'https://ghp_hunter2hunter2hunter2hunter2@github.com/x/y'],
  ['app', '{"user":"me","password":"hunter2"}'],
  ['app', '{"password": "hunter2 hunter2", "user": "me"}'],
  ['openssl', 'rsa', '-passin', 'pass:hunter2'],
  ['sh', '-c', 'mysql -uroot -phunter2 < dump.sql'],
  ['sh', '-c', "curl -H 'Authorization: Bearer hunter2 hunter2' https://host && echo done"],
  ['sh', '-c', 'export TOKEN=hunter2; exec app --api-key hunter2'],
  ['sh', '-c', 'app --password "hunter2 hunter2" --verbose'],
  ['sh', '-c', 'password = hunter2'],
  ['bash', '-c', '\nPASSWORD=hunter2\nexec app\n'],
  ['nginx: worker --token=hunter2'],
  ['app', 'SSH_PRIVATE_KEY=-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n'],
  ['app', 'key -----BEGIN RSA PRIVATE KEY-----\nhunter2\nhunter2'],
  ['consul', 'agent', '-encryptKey', 'x', '--encryption-key=hunter2'],
  ['vault', 'login', 'hvs.hunter2hunter2hunter2hunter2'],
  ['app', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2'],
  ['smbclient', '-U', 'me%hunter2', '//host/share'],
  ['npm', 'config', 'set', '//registry.npmjs.org/:_authToken=hunter2'],
]

/** Command lines that must stay as they are: recognition and people need them. */
const harmless: readonly (readonly string[])[] = [
  [],
  [''],
  [
    '/usr/bin/containerd-shim-runc-v2',
    '-namespace',
    'k8s.io',
    '-id',
    '868bcf',
    '-address',
    '/run/containerd/containerd.sock',
  ],
  [
    'containerd-shim',
    '-namespace',
    'moby',
    '-workdir',
    '/var/lib/x/moby/abc',
    '-address',
    '/run/c.sock',
    '-containerd-binary',
    '/usr/bin/containerd',
  ],
  [
    'containerd-shim-runc-v2',
    '-namespace',
    'default',
    '-address',
    '@/x',
    '-publish-binary',
    '/usr/bin/containerd',
    '-id',
    'a',
    '-bundle',
    '/run/b',
    'delete',
  ],
  ['containerd', '-c', '/etc/containerd/config.toml', '-l', 'unix:///run/containerd/containerd.sock'],
  [
    'runc',
    '--root',
    '/run/runc',
    '--log',
    '/x/log.json',
    '--log-format',
    'json',
    'create',
    '--bundle',
    '/b',
    '--pid-file',
    '/b/init.pid',
    'id',
  ],
  [
    'conmon',
    '--api-version',
    '1',
    '-c',
    'abc',
    '-u',
    'abc',
    '-r',
    '/usr/bin/crun',
    '-b',
    '/b',
    '-p',
    '/p/pidfile',
    '-n',
    'web',
    '-P',
    '/x/conmon.pid',
  ],
  [
    'kubelet',
    '--container-runtime-endpoint=unix:///run/containerd/containerd.sock',
    '--client-ca-file=/etc/ca.crt',
    '--anonymous-auth=false',
    '--authorization-mode=Webhook',
  ],
  [
    'kube-apiserver',
    '--token-auth-file=/etc/tokens.csv',
    '--service-account-key-file=/etc/sa.pub',
    '--tls-private-key-file=/etc/k',
    '--enable-bootstrap-token-auth=true',
  ],
  ['etcd', '--client-cert-auth=true', '--key-file=/etc/etcd.key'],
  ['ssh', 'ssh://git@github.com/x/y', '-p', '22'],
  [
    'docker',
    'run',
    '-p',
    '3306:3306',
    '-v',
    'db-secret:/run/x',
    '-u',
    '1000:1000',
    'registry/api-token:1.2',
    'web:1@sha256:abcdef',
  ],
  ['dockerd', '--tlskey', '/etc/key.pem', '-H', 'unix:///var/run/docker.sock'],
  ['python', '-m', 'http.server', '8080'],
  ['vllm', '--max-tokens', '4096', '--tokenizer', 'x'],
  ['app', '--api-key=$API_KEY', '--password-file', '/run/secrets/db'],
  ['ruby', '-I', 'lib', 'https://host:8080/a@2x.png'],
]

describe('secrets', () => {
  test.each(leaking.map((argv) => [argv.join(' '), argv] as const))('hides %j', (_, argv) => {
    const hidden = redactArgv(argv)
    expect(hidden.join('\n')).not.toContain('hunter2')
    expect(hidden.join('\n')).toContain('[redacted]')
    expect(hidden).toHaveLength(argv.length)
    expect(hidden[0]?.split(' ')[0]).toBe(argv[0]?.split(' ')[0])
  })

  test('what is hidden once stays as it is', () => {
    for (const argv of leaking) expect(redactArgv(redactArgv(argv))).toEqual(redactArgv(argv))
  })

  test('what surrounds a secret stays', () => {
    expect(redactArgv(['app', '--password', 'x', '--verbose'])).toEqual([
      'app',
      '--password',
      '[redacted]',
      '--verbose',
    ])
    expect(redactArgv(['curl', '-H', 'Authorization: Bearer x', 'https://a:b@host/'])).toEqual([
      'curl',
      '-H',
      'Authorization: Bearer [redacted]',
      'https://a:[redacted]@host/',
    ])
    expect(redactArgv(['sh', '-c', 'mysql -psecret db | gzip > out'])).toEqual([
      'sh',
      '-c',
      'mysql -p[redacted] db | gzip > out',
    ])
  })
})

test.each(harmless.map((argv) => [argv.join(' '), argv] as const))('leaves %j, the very array', (_, argv) => {
  expect(redactArgv(argv)).toBe(argv)
})

const anyWord = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '--',
        'password',
        '=',
        ':',
        ' ',
        '"',
        "'",
        '://',
        '@',
        'Bearer',
        'x',
        '/',
        'token',
        'key',
        '-p',
        'mysql',
        'eyJ',
        '.',
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join('')),
)

test('any arguments keep their number and are understood', () => {
  fc.assert(
    fc.property(fc.array(anyWord), (argv) => {
      const hidden = redactArgv(argv)
      expect(hidden).toHaveLength(argv.length)
      if (hidden !== argv) expect(hidden).not.toEqual(argv)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  '"',
  "'",
  '=',
  ':',
  'a=',
  'password=true ',
  'token:',
  '://',
  '@',
  '://a:b@',
  'eyJ',
  'eyJaaaaaaaaaaaa.',
  'ghp_',
  ' ',
  '-',
  'Bearer ',
  '--password ',
  'a.b-',
  '${',
  '/a.pem',
  '-----BEGIN',
  'SG.',
  'x:',
])('half a megabyte of %j is read once and not again for each of its bytes', (part) => {
  const text = part.repeat(500_000 / part.length)
  // Quadratic work would be a hundred billion steps, and never come back.
  expect(redactArgv(['app', `${text}x`, `password="${text}x=`, `x ${text}`])).toHaveLength(4)
})
