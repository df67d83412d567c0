/** A key that a person pressed. `char` is what would be typed: one character, however many code units it has. */
export type Key = { readonly name: NamedKey } | { readonly char: string }

export type NamedKey =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'pageup'
  | 'pagedown'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backtab'
  | 'backspace'
  | 'ctrl-c'
  | 'ctrl-l'
  | 'ctrl-z'
  | 'f1'
  | 'f3'
  | 'f4'
  | 'f6'
  | 'f10'

/** A key as Node's `readline` takes it from the terminal's bytes: xterm's forms, the console's, rxvt's and PuTTY's. */
export interface Keypress {
  readonly name?: string | undefined
  readonly ctrl?: boolean
  readonly meta?: boolean
  readonly shift?: boolean
}

const named: Readonly<Record<string, NamedKey>> = {
  up: 'up',
  down: 'down',
  left: 'left',
  right: 'right',
  pageup: 'pageup',
  pagedown: 'pagedown',
  home: 'home',
  end: 'end',
  return: 'enter',
  enter: 'enter',
  escape: 'escape',
  tab: 'tab',
  backspace: 'backspace',
  f1: 'f1',
  f3: 'f3',
  f4: 'f4',
  f6: 'f6',
  f10: 'f10',
}

/** `undefined` for what means nothing here. */
export function keyOf(typed: string | undefined, { name = '', ctrl, meta, shift }: Keypress): Key | undefined {
  if (ctrl === true) return name === 'c' || name === 'l' || name === 'z' ? { name: `ctrl-${name}` } : undefined
  if (name === 'tab' && shift === true) return { name: 'backtab' }
  const known = Object.hasOwn(named, name) ? named[name] : undefined
  // Alt with a key sends an escape before it; a lone escape is `escape` with meta.
  if (known !== undefined) return { name: known }
  if (meta === true || typed === undefined || typed === '' || /\p{Cc}/u.test(typed)) return undefined
  return { char: typed }
}
