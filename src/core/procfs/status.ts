/**
 * `NSpid` of `/proc/<pid>/status`: the pid in each pid namespace, the outermost first; kernels before 4.1 do not say.
 * The `Name:` line is escaped by the kernel, so that a comm cannot forge a line. proc(5)
 */
export function parseInnerPids(text: string): readonly number[] | undefined {
  const at = text.indexOf('\nNSpid:\t')
  const end = text.indexOf('\n', at + 1)
  if (at < 0 || end < 0) return undefined
  const pids = text
    .slice(at + '\nNSpid:\t'.length, end)
    .split('\t')
    .map(Number)
  return pids.every((pid) => pid > 0) ? pids : undefined
}
