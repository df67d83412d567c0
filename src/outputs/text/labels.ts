import { nameOf, podOf } from './names.ts'
import type { Container, Daemon, Process, Shim, Verdict } from '../../core/model/snapshot.ts'
import { type Span, span, type Style, wrap } from './line.ts'
import { printable, shortId } from './printable.ts'

const present = (parts: readonly (Span | false | null | undefined)[]): readonly Span[] =>
  parts.flatMap((part, index) => (part ? (index === 0 ? [part] : [span('  '), part]) : []))

/** The program comes first, with its pid, as `pstree -p` has it. */
const program = (name: string, pid: number): Span => span(`${printable(name)} ${pid}`, 'strong')

/** `parent` is the daemon that started it, if one did: dockerd starts a containerd of its own. */
export const daemonLabel = (daemon: Daemon, parent: Daemon | undefined): readonly Span[] =>
  present([
    program(daemon.runtime, daemon.pid),
    daemon.addresses.length > 0 && span(printable(daemon.addresses.join(' ')), 'dim'),
    daemon.state === 'starting' && span('starting, does not listen yet', 'warning'),
    parent !== undefined && span(`child of ${printable(parent.runtime)} ${parent.pid}`, 'dim'),
  ])

export function shimLabel(shim: Shim, through: readonly string[], style: Style): readonly Span[] {
  const namespace = shim.containerdNamespace === null ? '' : `${printable(shim.containerdNamespace)}/`
  const arrow = style.charset === 'utf8' ? ' → ' : ' -> '
  return present([
    program(shim.runtime, shim.pid),
    shim.id !== null && span(namespace + shortId(shim.id)),
    // Before 2.x, one name stands for two generations.
    shim.runtime === 'containerd-shim' && span(shim.generation),
    span(shim.relation),
    supervisionSpan(shim),
    through.length > 0 && span(`via ${through.map(printable).join(arrow)}`, 'dim'),
    shim.bundleDeleted === true && span('bundle deleted', 'warning'),
    shim.binaryReplaced === true && span('binary replaced', 'info'),
  ])
}

function supervisionSpan({ supervision }: Shim): Span {
  switch (supervision) {
    case 'managed':
      return span('managed', 'good')
    case 'orphaned':
      return span('orphaned', 'critical')
    case 'unknown':
      return span('supervision unknown', 'dim')
  }
}

export function containerLabel(container: Container, chain: readonly string[], style: Style): readonly Span[] {
  const arrow = style.charset === 'utf8' ? ' → ' : ' -> '
  const pod = podOf(container)
  return present([
    span(pod === null ? nameOf(container) : container.role === 'sandbox' ? pod : `${pod}/${nameOf(container)}`, 'info'),
    container.role === 'sandbox' && span('sandbox'),
    // Without a name it has just been called by its id.
    (container.role === 'sandbox' || container.name !== null) && span(shortId(container.id), 'dim'),
    span(container.state, container.state === 'running' ? 'good' : container.state === 'unknown' ? 'dim' : 'plain'),
    container.initPid !== null && span(`pid ${container.initPid}`),
    container.processes > 1 && span(counted(container.processes, 'process', 'processes'), 'dim'),
    container.execs.length > 0 && span(`${counted(container.execs.length, 'exec session', 'exec sessions')}`, 'dim'),
    container.zombies > 0 && span(counted(container.zombies, 'zombie', 'zombies'), 'warning'),
    chain.length > 0 && span(`chain ${chain.map(printable).join(arrow)}`, 'dim'),
  ])
}

/** Argv where it is known; a zombie has only its `comm` left, in brackets as `ps` prints it. */
export const processLabel = (process: Process, isExec: boolean): readonly Span[] =>
  present([
    span(`${process.pid}`),
    process.argv.length > 0 ? span(printable(process.argv.join(' '))) : span(`[${printable(process.comm)}]`),
    isExec && span('exec session', 'dim'),
    stateSpan(process.state),
  ])

function stateSpan(state: string): Span | null {
  switch (state) {
    case 'Z':
      return span('zombie', 'warning')
    case 'D':
      return span('uninterruptible', 'warning')
    case 'T':
    case 't':
      return span('stopped', 'warning')
    default:
      return null
  }
}

/** A verdict at its place in the tree; the evidence is what `shimscope verdicts` shows. */
export function verdictNotes(verdict: Verdict, width: number | null, style: Style): readonly (readonly Span[])[] {
  const mark = style.charset === 'utf8' ? '✗ ' : '! '
  const pending = verdict.status === 'pending' ? ', pending' : ''
  const head = `${verdict.severity}${pending}: ${printable(verdict.code)}: `
  const [first = '', ...rest] = wrap(
    `${head}${printable(verdict.summary)}`,
    width === null ? null : width - mark.length,
  )
  return [
    [
      span(mark, verdict.severity),
      span(first.slice(0, head.length - 1), verdict.severity),
      span(first.slice(head.length - 1)),
    ],
    ...rest.map((line) => [span(' '.repeat(mark.length)), span(line)]),
  ]
}

export const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
