import { emitKeypressEvents } from 'node:readline'
import { type Key, type Keypress, keyOf } from '../outputs/text/watch/keys.ts'
import { giveScreenBack, takeScreen } from '../outputs/text/watch/paint.ts'
import type { Size } from '../outputs/text/watch/screen.ts'

/** A terminal that can be taken as a whole, and is given back as it was. */
export interface Terminal {
  size(): Size
  write(text: string): void
  /** Takes screen and keyboard. Whatever ends this process gives them back, but for SIGKILL. */
  take(hears: Hears): void
  giveBack(): void
  /** Gives it back, and stops until the shell says to go on. */
  suspend(): void
}

export interface Hears {
  key(key: Key): void
  /** Its size has changed, or it was given to others meanwhile: nothing of what was drawn can be relied on. */
  changed(): void
  /** A signal asks us to end, or the terminal is gone. */
  ended(): void
  failed(error: unknown): void
}

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'env'>

/** `undefined` where there is no terminal, or one that has no cursor to move (TERM=dumb). */
export function terminalOf({ stdin, stdout, env }: Streams): Terminal | undefined {
  if (!stdin.isTTY || !stdout.isTTY || env['TERM'] === 'dumb') return undefined
  let hears: Hears | undefined
  let isTaken = false

  const begin = () => {
    isTaken = true
    stdin.setRawMode(true)
    stdin.resume()
    stdout.write(takeScreen)
  }
  const end = () => {
    if (!isTaken) return
    isTaken = false
    stdout.write(giveScreenBack)
    stdin.setRawMode(false)
    stdin.pause()
  }
  const keyPressed = (typed: string | undefined, pressed: Keypress) => {
    const key = keyOf(typed, pressed)
    if (key !== undefined) hears?.key(key)
  }
  const changed = () => hears?.changed()
  const ended = () => hears?.ended()
  const failed = (error: unknown) => hears?.failed(error)
  const suspend = () => {
    end()
    process.off('SIGTSTP', suspend)
    // The whole job, as the terminal does it for those who leave the key to it. signal(7)
    process.kill(0, 'SIGTSTP')
    // Stopped, no timer runs. Where nobody could ever continue us the kernel does not stop us either, and we go on.
    setTimeout(() => {
      process.on('SIGTSTP', suspend)
      if (hears === undefined) return
      begin()
      changed()
    }, 50)
  }
  // After SIGSTOP, which nobody hears, the shell may have taken the terminal back.
  const continued = () => {
    if (!isTaken) return
    end()
    begin()
    changed()
  }
  const signals = [
    ['SIGINT', ended],
    ['SIGTERM', ended],
    ['SIGHUP', ended],
    ['SIGTSTP', suspend],
    ['SIGCONT', continued],
  ] as const

  return {
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    write(text) {
      // Given back meanwhile, the screen is another's.
      if (isTaken) stdout.write(text)
    },
    suspend,
    take(listener) {
      hears = listener
      for (const [signal, act] of signals) process.on(signal, act)
      process.on('uncaughtException', failed)
      // For whatever ends the process without asking: a terminal is written to at once, so this is in time.
      process.on('exit', end)
      emitKeypressEvents(stdin)
      stdin.on('keypress', keyPressed).on('end', ended).on('error', ended)
      stdout.on('resize', changed)
      begin()
    },
    giveBack() {
      end()
      hears = undefined
      stdin.off('keypress', keyPressed).off('end', ended).off('error', ended)
      stdout.off('resize', changed)
      for (const [signal, act] of signals) process.off(signal, act)
      process.off('uncaughtException', failed)
      process.off('exit', end)
    },
  }
}
