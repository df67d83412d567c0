import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

/** The title that a monitor gives itself: one argument, with the path of all containers and the name of its own. */
const title = /^\[lxc monitor\] \S+ (\S+)\s*$/

export const lxc: Runtime = {
  id: 'lxc',
  program: 'lxc-start',
  title: "LXC's monitor, also under LXD and Incus: the parent of the container, and no shim",
  docs: 'lxc src/lxc/lxccontainer.c (do_lxcapi_start), lxc-start(1)',
  programs: ['lxc-start'],
  // LXD's and Incus' monitors are forks of their own programs.
  comms: ['lxc-start', 'lxd', 'incusd'],
  expects: { ...expectsNothing, attends: ['run'], manages: 'lxc' },
  recognize(process) {
    const argv = process.argv.kind === 'known' ? process.argv.value : []
    const monitored = title.exec(argv[0] ?? '')?.[1]
    if (monitored !== undefined && exeContradicts(process, 'lxc-start', ['lxd', 'incusd'])) return undefined
    const id = monitored ?? (isForeground() ? nameIn(argv) : undefined)
    if (id === undefined) return undefined
    return {
      role: 'engine',
      verb: 'run',
      id,
      containerdNamespace: null,
      address: null,
      evidence: [commandLineOf(process)],
    }

    function isForeground(): boolean {
      return programOf(process) === 'lxc-start' && !exeContradicts(process, 'lxc-start')
    }
  },
}

/** `-n NAME`, `--name=NAME`, or the first word. */
function nameIn(argv: readonly string[]): string | undefined {
  for (const [at, arg] of argv.entries()) {
    if (arg === '-n' || arg === '--name') return argv[at + 1]
    if (arg.startsWith('--name=')) return arg.slice('--name='.length)
  }
  return argv.slice(1).find((arg) => !arg.startsWith('-'))
}
