import type { Command } from './command.ts'

/** One line of the table. */
interface Entry {
  readonly name: string
  load(): Promise<Command>
}

/**
 * Every command, in the order in which `--help` shows them. Only the one that is called is loaded: `shimscope tree` is
 * typed when there is no time, and should not wait for a web server.
 */
export const commands: readonly Entry[] = [
  { name: 'serve', load: async () => (await import('./serve.ts')).serve },
  { name: 'tree', load: async () => (await import('./tree.ts')).tree },
  { name: 'snapshot', load: async () => (await import('./snapshot.ts')).snapshot },
  { name: 'verdicts', load: async () => (await import('./verdicts.ts')).verdicts },
  { name: 'events', load: async () => (await import('./events.ts')).events },
  { name: 'watch', load: async () => (await import('./watch.ts')).watch },
  { name: 'record', load: async () => (await import('./record.ts')).record },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).doctor },
  { name: 'runtimes', load: async () => (await import('./runtimes.ts')).runtimes },
  { name: 'explain', load: async () => (await import('./explain.ts')).explain },
]
