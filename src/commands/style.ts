import type { Settings } from '../config.ts'
import type { Style } from '../outputs/text/line.ts'
import type { Io } from './command.ts'

/** How text looks best where it goes: on a terminal within its width and in colour, in a pipe neither cut nor coloured. */
export function styleOf({ color }: Settings, { env, stdout }: Io): Style {
  const terminal = stdout.isTTY === true
  // https://no-color.org
  const wanted = color === 'auto' ? terminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb' : color === 'always'
  // The first that is set decides. locale(7)
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return {
    color: wanted,
    // A terminal that nobody has told its size says 0: `docker exec -t` from a script, a serial console. ioctl_tty(2)
    width: terminal ? stdout.columns || 80 : null,
    // Without a locale most terminals of today still speak UTF-8; only a locale that names another set does not.
    charset: locale === '' || /utf-?8/i.test(locale) ? 'utf8' : 'ascii',
  }
}
