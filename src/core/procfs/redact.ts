import type { Redaction } from '../model/memory.ts'
import {
  isSecretName,
  type SecretFlag,
  type SecretFlags,
  secretByStdin,
  secretFlagsOf,
  secretFormOf,
  secretPaths,
  secretShapes,
  switchesBefore,
} from './secret-names.ts'

const redacted = '[redacted]'

/** What is shown of a command line. */
export type RedactArgv = (argv: readonly string[]) => readonly string[]

export const redactions: Readonly<Record<Redaction, RedactArgv>> = { secrets: redactArgv, strict: programAlone }

/** A process may write its whole command line into its first argument, so that ends at its first blank. proc(5) */
function programAlone(argv: readonly string[]): readonly string[] {
  const program = argv[0]?.split(/\s/, 1)[0]
  return program === undefined || (argv.length === 1 && program === argv[0]) ? redactArgv(argv) : redactArgv([program])
}

/** `comm` is chosen by the process, and its 15 bytes are enough for a short password. prctl(2), PR_SET_NAME */
export const redactComm = (comm: string): string => (/[=:@]/.test(comm) ? (redactArgv([comm])[0] ?? comm) : comm)

/**
 * Hides credentials in a command line and keeps everything else: `--password=x`, `--password x`, `KEY=secret`, URLs
 * with a password, authorization headers, tokens known by their shape, and the short flags of programs that take a
 * password there (`mysql -p…`, `curl -u user:…`). A script in one argument (`sh -c '…'`) is looked through word by
 * word. In doubt about where a secret ends, it hides more.
 *
 * Takes time linear in the length of the command line. The very array comes back when nothing was hidden.
 */
export function redactArgv(argv: readonly string[]): readonly string[] {
  const words = redactWords(argv, 'arguments')
  return words.some((word, index) => word !== argv[index]) ? words : argv
}

/** What the words so far say about the next one. `header`: a scheme such as `Bearer`, or the secret itself. */
type Expected = SecretFlag | 'header' | 'echoed' | 'nothing'
type Hidden = { readonly word: string; readonly next: Expected }

const sqlBefore = /^(?:password|by|passwd)$/i
const keyStart = '-----BEGIN'
const blank = /[ \t\n\v\f\r]/
const blanks = /([ \t\n\v\f\r]+)/
const schemes = /^["']?(?:bearer|basic|token|digest|apikey|negotiate)$/i
/** Values that are no secret whatever their name says. */
const harmless =
  /^["']?(?:true|false|yes|no|on|off|none|null|[01]|\$\{?\w+\}?|\.{0,2}\/[\w./-]+\.(?:pem|key|crt|json|txt))?["']?$/i

/** Words are arguments, or what stands between the blanks of a text, where quotes hold words together. */
function redactWords(words: readonly string[], kind: 'arguments' | 'text'): readonly string[] {
  let flags: SecretFlags = {}
  let form: RegExp | undefined
  const isEchoed =
    kind === 'text' && words.some((word) => word === 'echo' || word === 'printf') && secretByStdin.test(words.join(''))
  let expected: Expected = 'nothing'
  let previous = ''
  /** The quote that is open in what was there, and in what is left of it; and whether the secret goes on until it ends. */
  let quote = ''
  let quoteShown = ''
  let goesOn = false
  return words.map((word) => {
    if (word === '' || (kind === 'text' && blank.test(word))) return word
    if (kind === 'text') quote = openQuote(word, quote)
    if (goesOn) {
      goesOn = quote !== ''
      const mark = goesOn ? '' : quoteShown
      if (!goesOn) quoteShown = ''
      return redacted + mark
    }
    flags = secretFlagsOf(word) ?? flags
    form = secretFormOf(word) ?? form
    if ((word === '=' || word === ':') && isSecretName(previous)) expected = 'secret'
    // SQL: PASSWORD 'secret', IDENTIFIED BY 'secret'.
    if (kind === 'text' && /^["']./.test(word) && sqlBefore.test(previous)) expected = 'secret'
    if (isEchoed && expected === 'nothing' && (previous === 'echo' || previous === 'printf')) expected = 'echoed'
    previous = word
    const redaction =
      form?.test(word) === true
        ? { word: word.replace(form, redacted), next: 'nothing' as const }
        : redactNext(word, expected, flags)
    expected = redaction.next
    if (kind === 'arguments') return redaction.word
    quoteShown = openQuote(redaction.word, quoteShown)
    goesOn = quote !== '' && redaction.word.endsWith(redacted)
    if (quote !== '' || quoteShown === '') return redaction.word
    const mark = quoteShown
    quoteShown = ''
    return redaction.word + mark
  })
}

function redactNext(word: string, expected: Expected, flags: SecretFlags): Hidden {
  if (expected !== 'nothing' && !/^--?[A-Za-z]/.test(word)) return redactExpected(word, expected)
  const flag = redactFlag(word, flags)
  if (flag !== undefined) return flag
  return blank.test(word) ? { word: redactText(word), next: 'nothing' } : redactWord(word)
}

function redactExpected(word: string, expected: Exclude<Expected, 'nothing'>): Hidden {
  switch (expected) {
    case 'user':
      return { word: redactUser(word), next: 'nothing' }
    case 'fourth':
    case 'third':
    case 'second':
      return { word: redactWord(word).word, next: oneLess[expected] }
    case 'echoed':
      if (word.startsWith('|')) return { word, next: 'nothing' }
      return { word: harmless.test(word) ? word : redacted, next: 'echoed' }
    case 'header':
      if (schemes.test(word)) return { word, next: 'secret' }
      break
    case 'secret':
    case 'attached':
    case 'next':
      break
  }
  if (word === '=' || word === ':') return { word, next: expected }
  return { word: harmless.test(word) ? word : redacted, next: 'nothing' }
}

const oneLess = { fourth: 'third', third: 'second', second: 'next' } as const

/** A flag that means a secret: by its name in any program, or by the manual of the program before it. */
function redactFlag(given: string, flags: SecretFlags): Hidden | undefined {
  const switches = switchesBefore(flags)?.exec(given)?.[0] ?? ''
  const word = switches === '' ? given : `-${given.slice(switches.length)}`
  for (const [name, takes] of Object.entries(flags)) {
    if (!word.startsWith(name)) continue
    const rest = word.slice(name.length)
    if (rest === '') return { word: given, next: takes === 'attached' ? 'nothing' : takes }
    const isAttached = rest.startsWith('=') || (name.length <= 3 && mayBeAttached[takes])
    if (!isAttached || !name.startsWith('-')) continue
    const shown = given.slice(0, given.length - rest.length)
    const equals = rest.startsWith('=') && name.length > 2 ? '=' : ''
    const value = rest.slice(equals.length)
    return { word: shown + equals + (takes === 'user' ? redactUser(value) : redacted), next: 'nothing' }
  }
  if (!/^--?[A-Za-z]/.test(word)) return undefined
  return /^[\w.-]+$/.test(word) && isSecretName(word) ? { word, next: 'secret' } : undefined
}

const mayBeAttached: Readonly<Record<SecretFlag, boolean>> = {
  secret: true,
  attached: true,
  user: true,
  next: false,
  second: false,
  third: false,
  fourth: false,
}

/** `user:secret`, Samba's `user%secret`, or lftp's `user,secret`. */
const redactUser = (word: string): string => word.replace(/^([^:%,]*[:%,]).+$/s, `$1${redacted}`)

function redactText(text: string): string {
  const key = text.indexOf(keyStart)
  if (key !== -1) return redactText(text.slice(0, key)) + redacted
  const words = text.split(blanks)
  const first = redactWord(words[0] ?? '')
  // One argument that begins with the name of a secret is that secret as a whole, blanks included.
  if (first.word.endsWith(redacted)) return first.word
  if (first.next !== 'header') return redactWords(words, 'text').join('')
  const value = words.findIndex((word, index) => index > 0 && word !== '' && !blank.test(word) && !schemes.test(word))
  return value === -1 ? text : words.slice(0, value).join('') + redacted
}

/** One word without blanks. */
function redactWord(word: string): Hidden {
  const key = word.indexOf(keyStart)
  if (key !== -1) return { word: word.slice(0, key) + redacted, next: 'nothing' }
  const redaction = redactAssigned(redactUrls(word))
  const hidden = redaction.word.replace(secretShapes, redacted)
  return { word: hidden, next: /^["']?bearer$/i.test(word) ? 'secret' : redaction.next }
}

/** `NAME=secret` and `"name":"secret"` wherever they stand in the word; everything behind the name is hidden. */
function redactAssigned(word: string): Hidden {
  for (const match of word.matchAll(/[=:]/g)) {
    const start = nameStart(word, match.index)
    if (match[0] === ':' && !mayHoldField(word, start, match.index)) continue
    if (!isSecretName(word.slice(start, match.index))) continue
    const value = word.slice(match.index + 1)
    if (value === '') return { word, next: match[0] === ':' ? 'header' : 'nothing' }
    if (schemes.test(value)) return { word, next: 'secret' }
    if (!harmless.test(value)) return { word: word.slice(0, match.index + 1) + redacted, next: 'nothing' }
  }
  return { word, next: 'nothing' }
}

/** Where the name that ends at `end` begins. Names hold no `=` or `:`, so no character is looked at twice. */
function nameStart(word: string, end: number): number {
  let start = end
  while (start > 0 && /[\w."'-]/.test(word[start - 1] ?? '')) start -= 1
  return start
}

/** A colon also stands in images (`registry/api-token:1.2`), mounts (`db-secret:/run/x`) and URLs. */
function mayHoldField(word: string, start: number, colon: number): boolean {
  return word[colon + 1] !== '/' && (start === 0 || /[\s"'{,;([=]/.test(word[start - 1] ?? ''))
}

/** `scheme://user:secret@host`, `scheme://token@host`, and `user:secret@host` without a scheme. */
function redactUrls(given: string): string {
  const word = given.includes('/') ? given.replace(secretPaths, `$1${redacted}`) : given
  if (!word.includes('@')) return word
  const parts = word.split('://')
  if (parts.length === 1) return redactUserAt(word.replace(oracleThin, redacted))
  return parts.map((part, index) => (index === 0 ? part : redactUserInfo(part))).join('://')
}

function redactUserInfo(part: string): string {
  const authority = /^[^/?#]*/.exec(part)?.[0] ?? ''
  const at = authority.lastIndexOf('@')
  const colon = part.indexOf(':')
  // A secret may hold an unescaped slash, and then what looks like a port is none; or an unescaped @, and then only the
  // last one surely ends it.
  const mayGoOn = at === -1 ? !/^[^:]*(?::\d*)?$/.test(authority) : colon !== -1 && colon < at
  const end = mayGoOn ? part.lastIndexOf('@') : at
  if (end === -1) return part
  if (colon !== -1 && colon < end) return part.slice(0, colon + 1) + redacted + part.slice(end)
  return end >= 20 ? redacted + part.slice(end) : part
}

/** The secret in `jdbc:oracle:thin:user/secret@host`. */
const oracleThin = /(?<=^[^\s@]{0,80}jdbc:oracle:\w{1,10}:[^/@]{1,128}\/)[^@]+(?=@)/

/** `image:tag@sha256:…` looks alike and is no secret. */
function redactUserAt(word: string): string {
  const [, user, rest] = /^([\w.+-]+:)(.+)$/s.exec(word) ?? []
  if (user === undefined || rest === undefined) return word
  const at = rest.lastIndexOf('@')
  if (at < 1 || /^@sha(?:256|512):/.test(rest.slice(at))) return word
  return user + redacted + rest.slice(at)
}

/** The quote that is still open after `word`. */
function openQuote(word: string, open: string): string {
  let quote = open
  for (const [mark] of word.matchAll(/["']/g)) {
    if (quote === '') quote = mark
    else if (quote === mark) quote = ''
  }
  return quote
}
