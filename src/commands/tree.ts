import type { Process, Snapshot } from '../core/model/snapshot.ts'
import { nest } from '../core/snapshot/nest.ts'
import { printable } from '../outputs/text/printable.ts'
import { onlyMatching } from '../outputs/text/tree-query.ts'
import { renderTree } from '../outputs/text/tree.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command } from './command.ts'
import { look } from './look.ts'
import { styleOf } from './style.ts'

export const tree: Command = {
  name: 'tree',
  argument: {
    form: '[query]',
    help: 'show only this: a pid, the start of an id, or a pod (name, namespace/name or uid)',
  },
  title: 'daemons, shims, containers and processes as text, with verdicts in place',
  async run({ settings, argument, io }) {
    const snapshot = await look(settings, io)
    const text = renderTree(snapshot, {
      ...styleOf(settings, io),
      ...(argument === undefined ? {} : { query: argument }),
    })
    if (text === undefined) throw new BadInput(whyNothing(argument, snapshot.processes ?? []))
    io.stdout.write(settings.json === true ? rootsOf(snapshot, argument) : text)
    return 0
  },
}

function whyNothing(query: string | undefined, processes: readonly Process[]): string {
  const stranger = processes.find(({ pid }) => String(pid) === query)
  return stranger === undefined
    ? `nothing here is called ${JSON.stringify(query)}; give a pid, an id or a pod as shimscope tree shows them`
    : `pid ${query} (${printable(stranger.comm)}) is in no container, and neither a daemon nor a shim; shimscope tree shows those`
}

/** The shape of /api/v1/tree. */
function rootsOf(snapshot: Snapshot, query: string | undefined): string {
  const { run, seq, takenAt, processes = [] } = snapshot
  const roots = nest(snapshot)
  const shown = query === undefined ? roots : onlyMatching(roots, query, processes)
  return `${JSON.stringify({ run, seq, takenAt, roots: shown }, null, 2)}\n`
}
