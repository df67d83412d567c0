/** Flags as Go's `flag` package and most others write them: `-name value`, `--name value`, `-name=value`. */
export interface Flags {
  readonly values: ReadonlyMap<string, string>
  /** Flags that came without a value, and flags whose value could be the next argument. */
  readonly given: ReadonlySet<string>
  /** What is left: subcommands and arguments. */
  readonly words: readonly string[]
}

/** @param switches names of flags that take no value, so that the argument behind them is a word. */
export function parseFlags(args: readonly string[], switches: ReadonlySet<string>): Flags {
  const values = new Map<string, string>()
  const given = new Set<string>()
  const words: string[] = []
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] as string
    if (arg.length < 2 || arg[0] !== '-') {
      words.push(arg)
      continue
    }
    const name = arg.replace(/^--?/, '')
    const equals = name.indexOf('=')
    if (equals > 0) {
      given.add(name.slice(0, equals))
      values.set(name.slice(0, equals), name.slice(equals + 1))
      continue
    }
    given.add(name)
    const value = args[at + 1]
    if (switches.has(name) || value === undefined) continue
    values.set(name, value)
    at += 1
  }
  return { values, given, words }
}
