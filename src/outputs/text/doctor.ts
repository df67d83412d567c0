import type { ConnectorObstacle, CrossCheck } from '../../core/model/sight.ts'
import type { Diagnosis, FieldSight } from '../../core/sight/diagnose.ts'
import { columns } from './columns.ts'
import { counted } from './labels.ts'
import { paint, renderLine, span, type Style, type Tone, wrap } from './line.ts'
import { printable } from './printable.ts'

/** Disagreements shown of one comparison; thousands of them have one cause. */
const MOST_SHOWN = 20

/** Who looks at what, what is open to it, what the rest costs, what would help, and whether ps sees the same. */
export function renderDoctor(diagnosis: Diagnosis, style: Style): string {
  const heading = (text: string): readonly string[] => ['', paint(text, 'strong', style)]
  const item = (text: string, first = '  - '): readonly string[] =>
    wrap(printable(text), style.width === null ? null : Math.max(style.width - first.length, 40)).map(
      (line, index) => (index === 0 ? first : ' '.repeat(first.length)) + line,
    )
  const { fields, silent, weaker, advice, crossChecks } = diagnosis
  const lost = fields.filter(({ sight }) => sight === 'closed' || sight === 'partly')
  // With processes hidden, what needs all of them is silent about everybody.
  const isClosed = ({ name, sight }: FieldSight) => sight === 'closed' || (name === 'stat' && sight === 'partly')
  const closed = new Set(fields.filter(isClosed).flatMap(({ silences }) => silences))
  const silentOnSome = silent.filter((code) => !closed.has(code))
  const lines = [
    paint(`${printable(diagnosis.node)} at ${diagnosis.takenAt}`, 'strong', style),
    ...columns(factsOf(diagnosis)).flatMap((line) => item(line, '')),
    ...heading('what can be read, and of whom'),
    ...fieldTable(fields, style),
    ...(lost.length === 0 ? [] : heading('what that costs')),
    ...lost.flatMap((field) => item(`${field.name}: ${field.tells}`)),
    ...(closed.size === 0 ? [] : item(`these verdicts stay silent: ${[...closed].sort().join(', ')}`)),
    ...(silentOnSome.length === 0
      ? []
      : item(`these verdicts stay silent about those that cannot be read: ${silentOnSome.join(', ')}`)),
    ...(weaker.length === 0 ? [] : item(`these stay silent in some cases: ${weaker.join(', ')}`)),
    ...(lost.length > 0 && silent.length + weaker.length === 0
      ? item('no verdict stays silent for it, as far as the recordings of this project tell')
      : []),
    ...(advice.length === 0 ? [] : heading('what would help')),
    ...advice.flatMap((sentence) => item(sentence)),
    ...heading('compared with ps'),
    ...crossChecks.flatMap((check) => crossCheckLines(check, item, style)),
  ]
  return `${lines.join('\n')}\n`
}

function factsOf({ reader, source, procfs, cgroupfs, wakeUps, listing, runtimes }: Diagnosis): string[][] {
  const { pid, uid, capabilities } = reader
  const held = capabilities === null ? 'capabilities not known' : capabilities.join(' ') || 'no capability that helps'
  return [
    ['reader', `pid ${pid}${uid === null ? '' : `, user ${uid}`}, ${held}`],
    ['procfs', procfsFact({ procfs, source })],
    ['cgroupfs', source === 'archive' ? 'as recorded' : `${printable(cgroupfs.path)}${versionsOf(cgroupfs.versions)}`],
    ['listing', listingFact(listing)],
    ['wake-ups', wakeUpFact(wakeUps, source)],
    ['runtimes', runtimesFact(runtimes, listing)],
  ]
}

function procfsFact({ procfs, source }: Pick<Diagnosis, 'procfs' | 'source'>): string {
  const { path, self, hidepid, wholeNode } = procfs
  if (source === 'archive') return 'a recording: what it did not record cannot be told'
  const shows =
    wholeNode === true
      ? "is the node's own"
      : wholeNode === false
        ? 'is of one pid namespace, not of the whole node'
        : 'may not be of the whole node'
  const us = self === null ? 'this process is not in it' : `this process is ${self} in it`
  return `${printable(path)} ${[shows, us, ...(hidepid === null ? [] : [`hidepid ${hidepid}`])].join(', ')}`
}

function versionsOf(versions: Diagnosis['cgroupfs']['versions']): string {
  if (versions === null) return ' cannot be listed'
  if (versions.length === 0) return ' is empty'
  return versions.length === 2 ? ' v1 and v2 (hybrid)' : ` ${versions[0]}`
}

const listingFact = ({ complete, processes, unreadable }: Diagnosis['listing']): string =>
  complete
    ? `complete: ${counted(processes, 'process', 'processes')}`
    : `incomplete: ${counted(processes, 'process', 'processes')}${unreadable > 0 ? `, ${unreadable} more that cannot be read` : ', and others may be hidden'}; what is not shown may exist, so nothing is concluded from absence`

function wakeUpFact({ by, watching, connector }: Diagnosis['wakeUps'], source: Diagnosis['source']): string {
  if (source === 'archive') return 'none: a recording has moments of its own'
  const { watched = { cgroup: 0, bundle: 0 }, refused = {} } = watching ?? {}
  const directories = `${counted(watched.cgroup, 'cgroup', 'cgroups')} and ${counted(watched.bundle, 'directory of bundles', 'directories of bundles')}`
  const lost = Object.entries(refused).map(([reason, count]) => `${reason} ${counted(count, 'time', 'times')}`)
  const without = lost.length === 0 ? '' : `; what could not be watched waits for --interval (${lost.join(', ')})`
  const none = `no cgroup can be watched${lost.length === 0 ? '' : ` (${lost.join(', ')})`}`
  const inotify = `inotify on ${directories}`
  const kernel = `the kernel's events of processes`
  const unheard =
    connector === null || connector === 'heard' ? '' : `; ${kernel} are not heard: ${obstacles[connector]}`
  if (by.length === 0)
    return `none: ${none}; a pass looks every --interval, and what lives shorter may be missed${unheard}`
  const heard = by.map((source) => (source === 'connector' ? kernel : inotify)).join(', and ')
  const when = `a pass begins when something happens there, and every --interval`
  return `${heard}: ${when}${by.includes('inotify') ? without : `; ${none}`}${unheard}`
}

/** What stands in the way of the process connector. drivers/connector/cn_proc.c */
const obstacles: Readonly<Record<ConnectorObstacle, string>> = {
  koffi: 'the optional dependency koffi is not installed, or not for this platform',
  platform: 'only on x64 and arm64',
  procfs: 'the procfs calls this process by another pid, and events name those of the first pid namespace',
  namespaces: 'only in the first pid and user namespace of the node (hostPID: true)',
  'network-namespace': 'only in the first network namespace of the node (hostNetwork: true)',
  CAP_NET_ADMIN: 'CAP_NET_ADMIN is needed before Linux 6.6',
  kernel: 'this kernel was built without the process connector',
  forbidden: 'a netlink socket is forbidden here (seccomp, or RestrictAddressFamilies= of systemd)',
}

function runtimesFact(
  { daemons, shims, containers }: Diagnosis['runtimes'],
  { complete }: Diagnosis['listing'],
): string {
  if (daemons.length + shims + containers === 0 && !complete) return 'none is seen, and one may be hidden'
  if (daemons.length + shims + containers === 0)
    return 'none runs here; npm run demo, or shimscope serve --from RECORDING, shows how one looks'
  const named = daemons.length === 0 ? 'no daemon' : daemons.map(printable).join(', ')
  return `${named}; ${counted(shims, 'shim', 'shims')}, ${counted(containers, 'container', 'containers')}`
}

const sightTones: Readonly<Record<FieldSight['sight'], Tone>> = {
  open: 'good',
  partly: 'warning',
  closed: 'warning',
  own: 'dim',
  untried: 'dim',
}

/** `19/64` is 64 tried and 19 read. */
function fieldTable(fields: readonly FieldSight[], style: Style): readonly string[] {
  const [header = '', ...rows] = columns([
    ['FIELD', 'SIGHT', 'RUNTIMES', 'OWN', 'ROOT', 'OTHERS', 'READ OF'],
    ...fields.map((field) => [
      field.name,
      field.sight === 'own' ? 'own only' : field.sight,
      ...(['runtime', 'own', 'root', 'others'] as const).map((owner) => {
        const tried = field.tries.find((one) => one.owner === owner)
        return tried === undefined ? '-' : `${tried.known}/${tried.known + tried.denied}`
      }),
      field.of,
    ]),
  ])
  return [
    renderLine([span(header, 'strong')], style),
    ...rows.map((row, index) => renderLine([span(row, sightTones[fields[index]?.sight ?? 'untried'])], style)),
  ]
}

function crossCheckLines(
  check: CrossCheck,
  item: (text: string, first?: string) => readonly string[],
  style: Style,
): readonly string[] {
  if ('skipped' in check) return item(`${check.oracle}: not compared: ${check.skipped}`)
  const { oracle, compared, disagreements } = check
  if (disagreements.length === 0)
    return item(`${oracle} agrees on ${counted(compared, 'process', 'processes')}`).map((line) =>
      paint(line, 'good', style),
    )
  return [
    ...item(`${oracle} disagrees about ${disagreements.length} of ${counted(compared, 'process', 'processes')}`).map(
      (line) => paint(line, 'critical', style),
    ),
    ...disagreements
      .slice(0, MOST_SHOWN)
      .flatMap(({ kind, pid, ours, theirs }) => item(`${kind}: ${pid} is ${ours} here, and ${theirs} there`, '      ')),
    ...(disagreements.length > MOST_SHOWN ? item(`and ${disagreements.length - MOST_SHOWN} more`, '      ') : []),
  ]
}
