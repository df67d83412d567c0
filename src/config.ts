/** What was given cannot be understood; the message says what was expected. */
export class UnsuitableValue extends Error {
  override readonly name = 'UnsuitableValue'
}

export interface ConfigOption<T> {
  /** As it is written on the command line; without `<…>` it is a switch. */
  readonly flag: string
  readonly env: `SHIMSCOPE_${string}`
  /** What holds when it is not given, as a person would write it; `undefined`: nothing. */
  readonly fallback: string | undefined
  readonly help: string
  readonly commands: readonly string[]
  /** Throws an UnsuitableValue. */
  readonly parse: (text: string) => T
}

const severities = ['info', 'warning', 'critical'] as const
const logLevels = ['debug', 'info', 'warn', 'error'] as const
const sources = ['live', 'ps'] as const
const redactions = ['secrets', 'strict'] as const
const logFormats = ['text', 'json'] as const
const outputs = ['text', 'json', 'npd'] as const
const wakeUpChoices = ['auto', 'connector', 'inotify', 'off'] as const
const colors = ['auto', 'always', 'never'] as const

const looking = ['serve', 'tree', 'snapshot', 'verdicts', 'watch', 'record', 'doctor', 'explain']
const inspecting = ['serve', 'tree', 'snapshot', 'verdicts', 'watch']
const printing = ['tree', 'verdicts', 'events', 'doctor', 'runtimes', 'explain']
const lookingBack = ['tree', 'snapshot', 'verdicts']

/** Every option there is. `--help`, the environment and the table in the README are read off this one. */
export const options = {
  from: {
    flag: '--from <file>',
    env: 'SHIMSCOPE_FROM',
    fallback: undefined,
    help: 'look at a file that record wrote instead of this node (events: at one that record --from-journal wrote)',
    commands: [...looking, 'events'],
    parse: text,
  },
  source: {
    flag: '--source <kind>',
    env: 'SHIMSCOPE_SOURCE',
    fallback: 'live',
    help: 'how this node is read: live (its procfs), or ps where there is none to read: names and parents, no verdicts',
    commands: inspecting,
    parse: oneOf(sources),
  },
  procfs: {
    flag: '--path.procfs <dir>',
    env: 'SHIMSCOPE_PATH_PROCFS',
    fallback: '/proc',
    help: 'where the procfs to look at is mounted',
    commands: looking,
    parse: directory,
  },
  cgroupfs: {
    flag: '--path.cgroupfs <dir>',
    env: 'SHIMSCOPE_PATH_CGROUPFS',
    fallback: '/sys/fs/cgroup',
    help: 'where the cgroup file systems are mounted',
    commands: looking,
    parse: directory,
  },
  nodeName: {
    flag: '--node.name <name>',
    env: 'SHIMSCOPE_NODE_NAME',
    fallback: undefined,
    help: 'what this node is called; in a container, which has a host name of its own, give the name of the node',
    commands: looking,
    parse: text,
  },
  graceMs: {
    flag: '--grace <duration>',
    env: 'SHIMSCOPE_GRACE',
    fallback: '30s',
    help: 'how long a condition must last before its verdict fires',
    // record and doctor judge nothing; they take it so that all commands can be given the same options.
    commands: looking,
    parse: duration,
  },
  redaction: {
    flag: '--redact <how>',
    env: 'SHIMSCOPE_REDACT',
    fallback: 'secrets',
    help: 'what is hidden of command lines: secrets (known forms of credentials), or strict (all but the program)',
    commands: ['serve', 'tree', 'snapshot', 'verdicts', 'watch', 'record', 'explain'],
    parse: oneOf(redactions),
  },
  listenAddress: {
    flag: '--web.listen-address <host:port>',
    env: 'SHIMSCOPE_WEB_LISTEN_ADDRESS',
    fallback: '127.0.0.1:19256',
    help: 'where the page, the API, the live feed and the metrics are served',
    commands: ['serve'],
    parse: text,
  },
  url: {
    flag: '--url <url>',
    env: 'SHIMSCOPE_URL',
    fallback: undefined,
    help: 'watch what the agent at this address sees, as in http://node:19256, in place of this node',
    commands: ['watch'],
    parse: httpAddress,
  },
  httpConfigFile: {
    flag: '--http.config.file <file>',
    env: 'SHIMSCOPE_HTTP_CONFIG_FILE',
    fallback: undefined,
    help: 'with --url: password or token, CA and client certificate to call the agent with, in the format of http_config of Prometheus',
    commands: ['watch'],
    parse: text,
  },
  webConfigFile: {
    flag: '--web.config.file <file>',
    env: 'SHIMSCOPE_WEB_CONFIG_FILE',
    fallback: undefined,
    help: 'TLS, client certificates and users with passwords, in the format of Prometheus and its exporters; read again when it changes',
    commands: ['serve'],
    parse: text,
  },
  bearerTokenFile: {
    flag: '--web.bearer-token-file <file>',
    env: 'SHIMSCOPE_WEB_BEARER_TOKEN_FILE',
    fallback: undefined,
    help: 'a token that admits who sends it (Authorization: Bearer), besides the users of --web.config.file',
    commands: ['serve'],
    parse: text,
  },
  allowedHosts: {
    flag: '--web.allowed-hosts <names>',
    env: 'SHIMSCOPE_WEB_ALLOWED_HOSTS',
    fallback: undefined,
    help: 'further host names, with commas between, by which this agent may be called (a proxy, a Service); *: all',
    commands: ['serve'],
    parse: names,
  },
  intervalMs: {
    flag: '--interval <duration>',
    env: 'SHIMSCOPE_INTERVAL',
    fallback: '2s',
    help: 'time from the start of one pass to the start of the next',
    commands: ['serve', 'watch', 'record'],
    parse: positiveDuration,
  },
  wakeUps: {
    flag: '--wake-ups <choice>',
    env: 'SHIMSCOPE_WAKE_UPS',
    fallback: 'auto',
    help: 'what begins a pass at once, besides --interval: inotify (of cgroups and bundles), connector (events of processes from the kernel too, where they are to be had), auto (inotify), off (nothing)',
    commands: ['serve', 'watch'],
    parse: oneOf(wakeUpChoices),
  },
  speed: {
    flag: '--speed <factor>',
    env: 'SHIMSCOPE_SPEED',
    fallback: '1',
    help: 'with --from: how much faster than recorded the moments are played',
    commands: ['serve', 'watch'],
    parse: factor,
  },
  loop: {
    flag: '--loop',
    env: 'SHIMSCOPE_LOOP',
    fallback: undefined,
    help: 'with --from: begin again when the last moment has been played',
    commands: ['serve', 'watch'],
    parse: yesOrNo,
  },
  metricsContainers: {
    flag: '--metrics.containers',
    env: 'SHIMSCOPE_METRICS_CONTAINERS',
    fallback: undefined,
    help: 'add series for each container to the metrics',
    commands: ['serve'],
    parse: yesOrNo,
  },
  maxSeries: {
    flag: '--metrics.max-series <count>',
    env: 'SHIMSCOPE_METRICS_MAX_SERIES',
    fallback: '2000',
    help: 'most series of one metric; the rest is left out and counted',
    commands: ['serve'],
    parse: count,
  },
  logLevel: {
    flag: '--log.level <level>',
    env: 'SHIMSCOPE_LOG_LEVEL',
    fallback: 'info',
    help: 'least important lines of the log on stderr: debug, info, warn, error',
    commands: ['serve'],
    parse: oneOf(logLevels),
  },
  logFormat: {
    flag: '--log.format <format>',
    env: 'SHIMSCOPE_LOG_FORMAT',
    fallback: 'text',
    help: 'lines of the log: text for people, json for log pipelines (OpenTelemetry attribute names)',
    commands: ['serve'],
    parse: oneOf(logFormats),
  },
  journalDirectory: {
    flag: '--journal.directory <dir>',
    env: 'SHIMSCOPE_JOURNAL_DIRECTORY',
    fallback: undefined,
    help: 'where serve writes its journal (none is written unless this is given), and where events, --at and --from-journal read it',
    commands: ['serve', ...lookingBack, 'events', 'record'],
    parse: directory,
  },
  journalMaxBytes: {
    flag: '--journal.max-bytes <size>',
    env: 'SHIMSCOPE_JOURNAL_MAX_BYTES',
    fallback: '200MB',
    help: 'most that the journal takes on the disk; the oldest goes first',
    commands: ['serve'],
    parse: journalSize,
  },
  journalMaxAgeMs: {
    flag: '--journal.max-age <duration>',
    env: 'SHIMSCOPE_JOURNAL_MAX_AGE',
    fallback: '168h',
    help: 'how long the journal remembers, if it has room for that long',
    commands: ['serve'],
    parse: positiveDuration,
  },
  at: {
    flag: '--at <time>',
    env: 'SHIMSCOPE_AT',
    fallback: undefined,
    help: 'show the past, from the journal or a file of it: 03:12 (the latest that is past), -2h (ago), or 2026-11-21T03:12:00Z',
    commands: lookingBack,
    parse: text,
  },
  since: {
    flag: '--since <time>',
    env: 'SHIMSCOPE_SINCE',
    fallback: undefined,
    help: 'events from then on: 2h (ago), 03:12 (the latest that is past), or 2026-11-21T03:12:00Z; unless given, those of the last hour, or all of a file',
    commands: ['events'],
    parse: text,
  },
  until: {
    flag: '--until <time>',
    env: 'SHIMSCOPE_UNTIL',
    fallback: undefined,
    help: 'events until then, in the same forms; until now, or the end of a file, unless given',
    commands: ['events'],
    parse: text,
  },
  code: {
    flag: '--code <code>',
    env: 'SHIMSCOPE_CODE',
    fallback: undefined,
    help: 'only the events of this verdict, such as shim-leaked',
    commands: ['events'],
    parse: text,
  },
  pod: {
    flag: '--pod <pod>',
    env: 'SHIMSCOPE_POD',
    fallback: undefined,
    help: 'only events about this pod: its name, namespace/name or uid',
    commands: ['events'],
    parse: text,
  },
  grouped: {
    flag: '--grouped',
    env: 'SHIMSCOPE_GROUPED',
    fallback: undefined,
    help: 'tell events that belong together as stories, also where the output is no terminal',
    commands: ['events'],
    parse: yesOrNo,
  },
  flat: {
    flag: '--flat',
    env: 'SHIMSCOPE_FLAT',
    fallback: undefined,
    help: 'one event a line and no stories, also on a terminal',
    commands: ['events'],
    parse: yesOrNo,
  },
  forMs: {
    flag: '--for <duration>',
    env: 'SHIMSCOPE_FOR',
    fallback: '0s',
    help: 'how long to record, a moment every --interval; 0s: one moment',
    commands: ['record'],
    parse: duration,
  },
  fromJournal: {
    flag: '--from-journal',
    env: 'SHIMSCOPE_FROM_JOURNAL',
    fallback: undefined,
    help: 'record what the journal tells of the time around --around, in place of what is read now',
    commands: ['record'],
    parse: yesOrNo,
  },
  around: {
    flag: '--around <time>',
    env: 'SHIMSCOPE_AROUND',
    fallback: undefined,
    help: 'with --from-journal: the moment that it is about, in the forms of --at',
    commands: ['record'],
    parse: text,
  },
  beforeMs: {
    flag: '--before <duration>',
    env: 'SHIMSCOPE_BEFORE',
    fallback: '15m',
    help: 'with --from-journal: how long before that moment it begins',
    commands: ['record'],
    parse: duration,
  },
  afterMs: {
    flag: '--after <duration>',
    env: 'SHIMSCOPE_AFTER',
    fallback: '15m',
    help: 'with --from-journal: how long after that moment it ends',
    commands: ['record'],
    parse: duration,
  },
  processes: {
    flag: '--processes',
    env: 'SHIMSCOPE_PROCESSES',
    fallback: undefined,
    help: 'add the processes to the snapshot',
    commands: ['snapshot'],
    parse: yesOrNo,
  },
  failOn: {
    flag: '--fail-on <severity>',
    env: 'SHIMSCOPE_FAIL_ON',
    fallback: 'info',
    help: 'least severity that makes the exit code 1: info, warning, critical',
    commands: ['verdicts'],
    parse: oneOf(severities),
  },
  pending: {
    flag: '--pending',
    env: 'SHIMSCOPE_PENDING',
    fallback: undefined,
    help: 'let pending verdicts make the exit code 1 too',
    commands: ['verdicts'],
    parse: yesOrNo,
  },
  signatures: {
    flag: '--signatures',
    env: 'SHIMSCOPE_SIGNATURES',
    fallback: undefined,
    help: 'the catalogue of failures, and which verdict and which recordings stand for each',
    commands: ['explain'],
    parse: yesOrNo,
  },
  output: {
    flag: '--output <format>',
    env: 'SHIMSCOPE_OUTPUT',
    fallback: 'text',
    help: 'text, json, or npd: one line and exit code for node-problem-detector, with a second look where something is pending',
    commands: ['verdicts'],
    parse: oneOf(outputs),
  },
  json: {
    flag: '--json',
    env: 'SHIMSCOPE_JSON',
    fallback: undefined,
    help: 'print JSON instead of text',
    commands: printing,
    parse: yesOrNo,
  },
  color: {
    flag: '--color <when>',
    env: 'SHIMSCOPE_COLOR',
    fallback: 'auto',
    help: 'colour the text: auto (on a terminal, unless NO_COLOR is set), always, never',
    commands: ['tree', 'verdicts', 'watch', 'doctor', 'explain'],
    parse: oneOf(colors),
  },
} as const satisfies Record<string, ConfigOption<unknown>>

type Table = typeof options
export type OptionName = keyof Table

/** The value of each option of a command, wherever it came from. */
export type Settings = {
  readonly [N in OptionName]: Table[N]['fallback'] extends string
    ? ReturnType<Table[N]['parse']>
    : ReturnType<Table[N]['parse']> | undefined
}

export const optionNames = Object.keys(options) as readonly OptionName[]

/** Every option with a fallback has one that its own parser takes, so this throws only for a mistake in the table. */
export const fallbacks = (): Settings =>
  Object.fromEntries(
    optionNames.map((name) => {
      const option: ConfigOption<unknown> = options[name]
      return [name, option.fallback === undefined ? undefined : option.parse(option.fallback)]
    }),
  ) as Settings

function text(given: string): string {
  if (given === '') throw new UnsuitableValue('it is empty')
  return given
}

function httpAddress(given: string): string {
  if (!/^https?:\/\//.test(given) || !URL.canParse(given))
    throw new UnsuitableValue(`${JSON.stringify(given)} is no address of an agent; give one such as http://node:19256`)
  return given
}

function names(given: string): readonly string[] {
  const found = given.split(',').map((name) => name.trim().toLowerCase())
  const strange = found.find((name) => !/^(\*|\[[0-9a-f:.]+\]|[a-z0-9_.-]+)$/.test(name))
  if (strange === undefined) return found
  throw new UnsuitableValue(
    `${JSON.stringify(strange)} is no host name; give names without port, such as node-1.example`,
  )
}

/** Without the slash at its end, so that paths can be put behind it. */
function directory(given: string): string {
  let end = text(given).length
  while (end > 1 && given[end - 1] === '/') end -= 1
  return given.slice(0, end)
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
/** `setTimeout` takes no more: 24.8 days. */
const MAX_DURATION_MS = 2_147_483_647

function duration(given: string): number {
  const [, count, unit = ''] = /^(\d{1,10}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(given) ?? []
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN)
  if (!(ms <= MAX_DURATION_MS))
    throw new UnsuitableValue(`${JSON.stringify(given)} is no duration; give one such as 500ms, 30s, 2m or 1h`)
  return Math.round(ms)
}

function positiveDuration(given: string): number {
  const ms = duration(given)
  if (ms < 100) throw new UnsuitableValue(`${JSON.stringify(given)} is too short; give 100ms or more`)
  return ms
}

function factor(given: string): number {
  const value = /^\d{1,4}(?:\.\d{1,3})?$/.test(given) ? Number(given) : Number.NaN
  if (!(value > 0)) throw new UnsuitableValue(`${JSON.stringify(given)} is no factor; give a number such as 2 or 0.5`)
  return value
}

function count(given: string): number {
  const value = /^\d{1,7}$/.test(given) ? Number(given) : Number.NaN
  if (!(value > 0)) throw new UnsuitableValue(`${JSON.stringify(given)} is no count; give a whole number above 0`)
  return value
}

const unitBytes: Readonly<Record<string, number>> = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}

/** A segment holds some hundred changes at the least, so less than this is no journal. */
const LEAST_JOURNAL_BYTES = 1e6

function journalSize(given: string): number {
  const [, count, unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?)(kB|MB|GB|KiB|MiB|GiB)?$/.exec(given) ?? []
  const bytes = Math.round(Number(count) * (unit === '' ? 1 : (unitBytes[unit] ?? Number.NaN)))
  if (!(bytes >= LEAST_JOURNAL_BYTES))
    throw new UnsuitableValue(
      `${JSON.stringify(given)} is no size of a journal; give one such as 200MB or 1GiB, 1MB or more`,
    )
  return bytes
}

function yesOrNo(given: string): boolean {
  if (['1', 'true', 'yes'].includes(given)) return true
  if (['0', 'false', 'no'].includes(given)) return false
  throw new UnsuitableValue(`${JSON.stringify(given)} is neither true nor false`)
}

function oneOf<const T extends string>(choices: readonly T[]): (given: string) => T {
  return (given) => {
    const choice = choices.find((candidate) => candidate === given)
    if (choice === undefined) throw new UnsuitableValue(`${JSON.stringify(given)} is none of ${choices.join(', ')}`)
    return choice
  }
}
