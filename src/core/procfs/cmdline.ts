/**
 * Parses `/proc/<pid>/cmdline`: arguments, each ended by NUL. A process may write anything here; one that renamed
 * itself may leave no NUL at all, or blanks after it. proc(5)
 */
export function parseCmdline(text: string): readonly string[] {
  if (text.length === 0) return []
  const argv = text.split('\0')
  // The last argument's NUL makes an empty rest, which is no argument.
  if (argv[argv.length - 1] === '') argv.pop()
  return argv
}
