import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import pidtree, { type AdvancedResult } from 'pidtree'
import psList, { type ProcessDescriptor } from 'ps-list'

/** A `ps` that reads the command line of a process in state D may itself hang, and such nodes are those one looks at. */
const PATIENCE_MS = 10_000

/** Rows, or in a few words why there are none. */
export type Asked<Row> = { readonly rows: readonly Row[] } | { readonly skipped: string }

/**
 * What ps-list makes of `ps`: names, parents, starts, command lines. BusyBox's ps ignores the columns that it asks for,
 * which ps-list answers with no process at all and no error.
 */
export const askPsList = (patienceMs = PATIENCE_MS): Promise<Asked<ProcessDescriptor>> =>
  ask(() => psList(), patienceMs)

/** What pidtree makes of `ps -A -o ppid,pid`, which BusyBox understands too: parents, and nothing else. */
export const askPidtree = (patienceMs = PATIENCE_MS): Promise<Asked<AdvancedResult>> =>
  ask(() => pidtree(-1, { advanced: true }), patienceMs)

async function ask<Row extends { readonly pid: number }>(
  list: () => Promise<readonly Row[]>,
  patienceMs: number,
): Promise<Asked<Row>> {
  const started: ChildProcess[] = []
  const note = (message: unknown): void => {
    started.push((message as { process: ChildProcess }).process)
  }
  // Neither library hands out the processes that it starts, and one that hangs would keep us from ending.
  subscribe('child_process', note)
  let patience: NodeJS.Timeout | undefined
  try {
    const rows = await Promise.race([
      list(),
      new Promise<never>((_, reject) => {
        patience = setTimeout(() => reject(new Error(`ps did not answer within ${patienceMs / 1_000} s`)), patienceMs)
      }),
    ])
    if (rows.length === 0) return { skipped: 'unsupported ps (BusyBox?): it shows no process' }
    // A ps shows itself, too.
    const own = new Set(started.map(({ pid }) => pid))
    return { rows: rows.filter(({ pid }) => !own.has(pid)) }
  } catch (error) {
    started.forEach(abandon)
    const { code, message } = error as NodeJS.ErrnoException
    return { skipped: code === 'ENOENT' ? 'ps is not installed' : message.trim().replaceAll(/\s+/g, ' ') }
  } finally {
    clearTimeout(patience)
    unsubscribe('child_process', note)
  }
}

function abandon(child: ChildProcess): void {
  child.kill('SIGKILL')
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  child.unref()
}
