import type { BundleConfig, EngineState } from '../core/model/host.ts'
import { known, malformed, type Reading } from '../core/model/reading.ts'
import { parseBundleConfig } from '../core/procfs/bundle.ts'
import { isCgroupFile } from '../core/procfs/cgroup-files.ts'
import { type RedactArgv, redactComm } from '../core/procfs/redact.ts'
import { parseRuncState } from '../core/procfs/runc-state.ts'

/**
 * What a recording keeps of a file that was read: credentials hidden, and of files that hold more than recognition
 * needs only that part. A bundle's `config.json` holds the container's environment, which no recording may hold.
 */
export function keptContent(path: string, bytes: Buffer, redactArgv: RedactArgv): Reading<Buffer> {
  if (path.endsWith('/cmdline')) return known(redactCmdline(bytes, redactArgv))
  if (/^\/proc\/\d+\/(?:task\/\d+\/)?(?:stat|status)$/.test(path)) return known(redactNames(bytes))
  if (path.endsWith('/config.json')) return keptConfig(bytes)
  if (path.endsWith('/state.json')) return keptState(bytes)
  if (/\/net\/tcp6?$/.test(path)) return known(keptListeners(bytes))
  if (path === '/proc/stat') return known(keptLines(bytes, /^btime .*$/m))
  if (path === '/proc/self/smaps') return known(keptLines(bytes, /^KernelPageSize: .*$/m))
  return known(bytes)
}

/**
 * Which names of a directory a recording keeps: of `/proc` only the processes, of a cgroup only its children. The rest
 * differs from kernel to kernel.
 */
export function isKeptName(path: string, name: string): boolean {
  if (path === '/proc') return /^\d+$/.test(name)
  return !path.startsWith('/sys/fs/cgroup') || !isCgroupFile(name)
}

/** As latin1, in which every byte is one character: what is not UTF-8 survives. */
function redactCmdline(bytes: Buffer, redactArgv: RedactArgv): Buffer {
  const text = bytes.toString('latin1')
  const ends = text.endsWith('\0')
  const argv = (ends ? text.slice(0, -1) : text).split('\0')
  const hidden = redactArgv(argv)
  return hidden === argv ? bytes : Buffer.from(hidden.join('\0') + (ends ? '\0' : ''), 'latin1')
}

/** The name between the outer parentheses of `stat`, or on the first line of `status`. proc(5) */
function redactNames(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  const start = text.startsWith('Name:\t') ? 'Name:\t'.length : text.indexOf('(') + 1
  const end = text.startsWith('Name:\t') ? text.indexOf('\n') : text.lastIndexOf(')')
  const comm = text.slice(start, end)
  const hidden = redactComm(comm)
  return hidden === comm ? bytes : Buffer.from(text.slice(0, start) + hidden + text.slice(end), 'latin1')
}

function keptConfig(bytes: Buffer): Reading<Buffer> {
  const config = parseBundleConfig(bytes.toString('utf8'))
  if (config === undefined) return malformed('EINVAL')
  return known(Buffer.from(`${JSON.stringify(writtenConfig(config), null, 2)}\n`))
}

/** As runtime-spec writes it. */
const writtenConfig = (config: BundleConfig): unknown => ({
  annotations: Object.fromEntries(config.annotations),
  linux: {
    ...(config.cgroupsPath === null ? {} : { cgroupsPath: config.cgroupsPath }),
    namespaces: config.ownPidNamespace ? [{ type: 'pid' }] : [],
  },
})

function keptState(bytes: Buffer): Reading<Buffer> {
  const state = parseRuncState(bytes.toString('utf8'))
  if (state === undefined) return malformed('EINVAL')
  return known(Buffer.from(`${JSON.stringify(writtenState(state), null, 2)}\n`))
}

/** As runc writes it. */
const writtenState = ({ id, initPid, initStartTicks, annotations }: EngineState): unknown => ({
  id,
  init_process_pid: initPid,
  init_process_start: initStartTicks,
  config: { labels: [...annotations].map(([key, value]) => `${key}=${value}`) },
})

/** Not whom the node talks to: only who listens. */
function keptListeners(bytes: Buffer): Buffer {
  const [head = '', ...rows] = bytes.toString('latin1').split('\n')
  const listeners = rows.filter((row) => row.includes(' 0A '))
  return Buffer.from([head, ...listeners].map((line) => `${line}\n`).join(''), 'latin1')
}

function keptLines(bytes: Buffer, line: RegExp): Buffer {
  const found = line.exec(bytes.toString('latin1'))?.[0]
  return found === undefined ? bytes : Buffer.from(`${found}\n`, 'latin1')
}
