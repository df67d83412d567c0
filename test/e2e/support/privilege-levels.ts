/** A reader: how a command is started as it, and what it is told about the node. */
export interface Level {
  readonly name: string
  of(argv: readonly string[]): readonly string[]
  readonly options: readonly string[]
}

/** A command as this user, with these capabilities and no way to others. setpriv(1) */
function as(uid: number, capabilities: readonly string[], argv: readonly string[]): string[] {
  const held = ['-all', ...capabilities.map((name) => `+${name}`)].join(',')
  return [
    ...['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs'],
    ...[`--inh-caps=${held}`, `--ambient-caps=${held}`, `--bounding-set=${held}`, ...argv],
  ]
}

/** In a mount namespace of its own where a procfs of these options is mounted at a directory. */
const mounted = (options: string, directory: string, argv: readonly string[]): string[] => [
  ...['unshare', '--mount', 'sh', '-c'],
  `mkdir -p ${directory}; mount -t proc -o ${options} proc ${directory} && exec "$@"`,
  'sh',
  ...argv,
]

const NOBODY = 65_534
const OWN_USER = 64_001
const both = ['sys_ptrace', 'dac_read_search']

const nobody = (argv: readonly string[]) => as(NOBODY, [], argv)
const rootWithout = (argv: readonly string[]) => as(0, [], argv)

const level = (name: string, of: Level['of'], options: readonly string[] = []): Level => ({ name, of, options })
const hiding = (name: string, options: string, who: Level['of']): Level =>
  level(name, (argv) => mounted(options, '/proc', who(argv)))

/** Every privilege that there is to have, and every way in which a procfs is kept from somebody. */
export const levels: readonly Level[] = [
  level('nobody, no capability', nobody),
  level('root, no capability', rootWithout),
  level('`SYS_PTRACE` alone', (argv) => as(OWN_USER, ['sys_ptrace'], argv)),
  level('`DAC_READ_SEARCH` alone', (argv) => as(OWN_USER, ['dac_read_search'], argv)),
  level('both', (argv) => as(OWN_USER, both, argv)),
  // All capabilities, in a user namespace where they count for nothing that was there before. user_namespaces(7)
  level('root of a user namespace', (argv) => nobody(['unshare', '--user', '--map-root-user', ...argv])),
  ...(['1', '2', 'ptraceable'] as const).flatMap((hidepid) => [
    hiding(`\`hidepid=${hidepid}\`, nobody`, `hidepid=${hidepid}`, nobody),
    hiding(`\`hidepid=${hidepid}\`, root, no capability`, `hidepid=${hidepid}`, rootWithout),
    hiding(`\`hidepid=${hidepid}\`, both`, `hidepid=${hidepid}`, (argv) => as(OWN_USER, both, argv)),
  ]),
  hiding('`hidepid=2,gid=` of its group', `hidepid=2,gid=${NOBODY}`, nobody),
  hiding('`hidepid=2`, root of a user namespace', 'hidepid=2', (argv) =>
    nobody(['unshare', '--user', '--map-root-user', ...argv]),
  ),
  hiding('`subset=pid`, nobody', 'subset=pid', nobody),
  hiding('`subset=pid`, both', 'subset=pid', (argv) => as(OWN_USER, both, argv)),
  level(
    'another procfs with `hidepid=2`, under a name with a blank, nobody',
    (argv) => mounted('hidepid=2', '"/run/a b/proc"', nobody(argv)),
    ['--path.procfs', '/run/a b/../a b/proc/'],
  ),
]

/** A process of nobody's in a mount namespace where the procfs hides others: its tables of mounts are not the reader's. */
export const elsewhere = (argv: readonly string[]): string[] => mounted('hidepid=2', '/proc', nobody(argv))

/** A reader that is process 1 of a pid namespace with another process in it, which the procfs does not show. */
export const besideSomebodyHidden = (argv: readonly string[]): string[] => [
  ...['unshare', '--mount', '--pid', '--fork', 'sh', '-c'],
  'mount -t proc -o hidepid=2 proc /proc; sleep 60 & exec "$@"',
  'sh',
  ...nobody(argv),
]
