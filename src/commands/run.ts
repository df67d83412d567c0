import { Command as CommanderCommand, CommanderError, Option } from 'commander'
import {
  type ConfigOption,
  fallbacks,
  type OptionName,
  optionNames,
  options,
  type Settings,
  UnsuitableValue,
} from '../config.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command, Io } from './command.ts'
import { commands } from './index.ts'
import { version } from './version.ts'

/**
 * Runs the command that the arguments name. Every bad input ends as one sentence on stderr and the exit code 2; what
 * nobody expected ends the same way, with a stack to report.
 *
 * @returns the exit code
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0
  const program = programOf(await commandsFor(argv), io, async (command, settings, argument) => {
    exitCode = await command.run({ settings, argument, io })
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      // Called without a command, it has printed its help.
      if (error.code !== 'commander.help')
        io.stderr.write(`shimscope: ${sentence(error.message)}; see ${helpOf(argv)}\n`)
    } else if (error instanceof BadInput) {
      io.stderr.write(`shimscope: ${error.message}\n`)
    } else {
      io.stderr.write(
        `shimscope: this should not have happened, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
      )
    }
    return 2
  }
}

const sentence = (message: string): string => message.replace(/^error: |\.$/g, '').replaceAll('\n', ' ')

/** The help of the command that was meant, if there is such a one. */
const helpOf = (argv: readonly string[]): string =>
  commands.some(({ name }) => name === argv[0]) ? `shimscope ${argv[0]} --help` : 'shimscope --help'

const exitCodes = `Exit codes:
  0  fine; also serve, watch and record that were ended by SIGINT or SIGTERM
  1  verdicts fire (verdicts), ps disagrees (doctor)
  2  it could not be done: one sentence on stderr says why, and what to do`

type Act = (command: Command, settings: Settings, argument: string | undefined) => Promise<void>

/** The one that is called; where none is, all of them, for the help that names them. */
async function commandsFor(argv: readonly string[]): Promise<Command[]> {
  const called = commands.filter(({ name }) => name === argv[0])
  return await Promise.all((called.length > 0 ? called : commands).map(({ load }) => load()))
}

function programOf(known: readonly Command[], io: Io, act: Act): CommanderCommand {
  const program = new CommanderCommand('shimscope')
    .description(
      'Draws the containerd → shim → container trees of a node from /proc alone, and says what is wrong with them.',
    )
    .version(version())
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Said once, at the end, in our own words.
      outputError: () => {},
    })
    .exitOverride()
  program.addHelpText('after', `\n${exitCodes}`)
  for (const command of known) program.addCommand(subcommandOf(command, io, act).copyInheritedSettings(program))
  return program
}

function subcommandOf(command: Command, io: Io, act: Act): CommanderCommand {
  const subcommand = new CommanderCommand(command.name).description(command.title)
  if (command.argument !== undefined) subcommand.argument(command.argument.form, command.argument.help)
  if (command.notes !== undefined) subcommand.addHelpText('after', `\n${command.notes}`)
  const own = optionNames.filter((name) => (options[name].commands as readonly string[]).includes(command.name))
  for (const name of own) subcommand.addOption(commanderOption(options[name]))
  return subcommand.action(async () => {
    await act(command, settingsOf(own, subcommand, io), subcommand.args[0])
  })
}

function commanderOption({ flag, env, fallback, help }: ConfigOption<unknown>): Option {
  const remarks = [...(fallback === undefined ? [] : [`default: ${fallback}`]), `env: ${env}`]
  return new Option(flag, `${help} (${remarks.join(', ')})`)
}

/** The command line wins over the environment. */
function settingsOf(own: readonly OptionName[], subcommand: CommanderCommand, io: Io): Settings {
  const given = own.flatMap((name) => {
    const option: ConfigOption<unknown> = options[name]
    const written: unknown = subcommand.getOptionValue(commanderOption(option).attributeName())
    if (written !== undefined)
      return [[name, parsed(option, long(option), written === true ? 'true' : String(written))]]
    const inherited = io.env[option.env]
    // An empty variable is how many a shell script says that there is none.
    return inherited === undefined || inherited === '' ? [] : [[name, parsed(option, option.env, inherited)]]
  })
  return { ...fallbacks(), ...Object.fromEntries(given) }
}

const long = ({ flag }: ConfigOption<unknown>): string => flag.split(' ', 1)[0] ?? flag

function parsed(option: ConfigOption<unknown>, where: string, text: string): unknown {
  try {
    return option.parse(text)
  } catch (error) {
    if (error instanceof UnsuitableValue) throw new BadInput(`${where}: ${error.message}`)
    throw error
  }
}
