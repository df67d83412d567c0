import { contentMaker } from '../outputs/text/watch/content.ts'
import type { Key } from '../outputs/text/watch/keys.ts'
import { paintChanges } from '../outputs/text/watch/paint.ts'
import { press, settle } from '../outputs/text/watch/press.ts'
import { renderScreen } from '../outputs/text/watch/render.ts'
import { newScreen } from '../outputs/text/watch/screen.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command } from './command.ts'
import { openAccess, readHttpConfig } from './http-config.ts'
import { playedOf } from './played.ts'
import { styleOf } from './style.ts'
import { watchHere, watchThere } from './watched.ts'

/** How often the screen says how old it is. */
const TICK_MS = 1_000

export const watch: Command = {
  name: 'watch',
  title: 'a live screen of tree, verdicts and events, of this node or of an agent elsewhere; keys as in htop',
  async run({ settings, io }) {
    const { url, from, httpConfigFile } = settings
    if (url !== undefined && from !== undefined)
      throw new BadInput('--url looks at an agent and --from FILE at a recording; give one of them')
    if (url === undefined && httpConfigFile !== undefined)
      throw new BadInput('--http.config.file says how the agent at --url is called; give its address with --url')
    const access = httpConfigFile === undefined ? openAccess : readHttpConfig(httpConfigFile)
    const terminal = io.terminal()
    if (terminal === undefined)
      throw new BadInput(
        'watch needs a terminal for its screen and its keys, and this is none; shimscope tree prints once, shimscope snapshot prints JSON',
      )

    const played = await playedOf(settings)
    const style = styleOf(settings, io)
    const contentOf = contentMaker(style)
    let screen = newScreen(terminal.size())
    let drawn: readonly string[] | undefined
    let isDue = false
    const draw = () => {
      isDue = false
      const picture = watched.picture()
      const content = contentOf(picture, screen)
      screen = settle(screen, content)
      const lines = renderScreen({ picture, screen, content, nowMs: Date.now() }, style)
      const changes = paintChanges(drawn, lines)
      drawn = lines
      if (changes !== '') terminal.write(changes)
    }
    // Several frames at once, or a held key, are drawn once.
    const soon = () => {
      if (isDue) return
      isDue = true
      setImmediate(() => {
        if (isDue) draw()
      })
    }

    const watched = url === undefined ? watchHere(settings, played, soon) : watchThere(url, soon, access)
    const ticking = setInterval(soon, TICK_MS)
    try {
      await new Promise<void>((quit, fail) => {
        const key = (pressed: Key) => {
          const before = screen
          const next = press(screen, pressed, contentOf(watched.picture(), screen))
          screen = next.screen
          // The next key of a burst meets what this one has made of the screen.
          screen = settle(screen, contentOf(watched.picture(), screen))
          if (screen.processes !== before.processes) watched.wantProcesses(screen.processes === 'shown')
          switch (next.effect) {
            case 'quit':
              return quit()
            case 'suspend':
              return terminal.suspend()
            case 'redraw':
              drawn = undefined
              return soon()
            case 'none':
              return soon()
          }
        }
        terminal.take({
          key,
          changed() {
            screen = { ...screen, size: terminal.size() }
            drawn = undefined
            soon()
          },
          ended: quit,
          failed: fail,
        })
        soon()
      })
    } finally {
      isDue = false
      clearInterval(ticking)
      terminal.giveBack()
      await watched.close()
    }
    return 0
  },
}
