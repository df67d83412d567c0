import { until } from './until.ts'
import type { World } from './world.ts'

/** A real terminal in a world, with an interactive shell in it, and somebody who types and looks. */
export interface Tmux {
  type(text: string): Promise<void>
  /** Keys by tmux's names: `Enter`, `C-c`, `F10`, `PageDown`. */
  press(...keys: string[]): Promise<void>
  /** What the screen shows, without blanks at the ends of lines. */
  screen(): Promise<string>
  /** Waits until the screen shows this, and returns it. */
  shows(what: string | RegExp): Promise<string>
  /** Waits until it no longer does. */
  lacks(what: string | RegExp): Promise<string>
  resize(columns: number, rows: number): Promise<void>
  /** Whether the alternate screen is on, whether there is a cursor, and whether lines wrap. */
  modes(): Promise<{ alternate: boolean; cursor: boolean; wrap: boolean }>
  /** The terminal goes away, as when a window is closed. */
  close(): Promise<void>
}

export async function openTmux(world: World, columns: number, rows: number, name = 'main'): Promise<Tmux> {
  // A socket of its own: nobody else's sessions are touched. The server is the world's, and ends with it.
  const tmux = (...argv: string[]) =>
    world.run('env', 'TMUX_TMPDIR=/run', 'LC_ALL=C.UTF-8', 'tmux', '-u', '-L', 'private', '-f', '/dev/null', ...argv)
  const shell = 'env PS1="$ " bash --norc --noprofile -i'
  await tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, '-s', name, shell)

  const screen = async () => (await tmux('capture-pane', '-p', '-t', name)).replaceAll(/ +$/gm, '')
  const holds = (text: string, what: string | RegExp) =>
    typeof what === 'string' ? text.includes(what) : what.test(text)
  const wait = async (what: string | RegExp, wanted: boolean) => {
    let last = ''
    try {
      return await until(`the screen ${wanted ? 'shows' : 'lacks'} ${what}`, async () => {
        last = await screen()
        return holds(last, what) === wanted ? last : undefined
      })
    } catch (error) {
      throw new Error(`${(error as Error).message}; it shows\n${last}`)
    }
  }
  return {
    screen,
    async type(text) {
      await tmux('send-keys', '-t', name, '-l', text)
    },
    async press(...keys) {
      await tmux('send-keys', '-t', name, ...keys)
    },
    shows: (what) => wait(what, true),
    lacks: (what) => wait(what, false),
    async resize(wide, high) {
      await tmux('resize-window', '-t', name, '-x', `${wide}`, '-y', `${high}`)
    },
    async close() {
      await tmux('kill-session', '-t', name)
    },
    async modes() {
      const flags = await tmux('display-message', '-p', '-t', name, '#{alternate_on} #{cursor_flag} #{wrap_flag}')
      const [alternate, cursor, wrap] = flags
        .trim()
        .split(' ')
        .map((flag) => flag === '1')
      return { alternate: alternate === true, cursor: cursor === true, wrap: wrap === true }
    },
  }
}
