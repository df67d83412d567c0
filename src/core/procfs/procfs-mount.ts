import type { ProcfsMount } from '../model/sight.ts'

/** By number until Linux 5.7, by name since. proc(5), "Mount options" */
const hidden: Readonly<Record<string, ProcfsMount['hidepid']>> = {
  '1': 'noaccess',
  '2': 'invisible',
  '4': 'ptraceable',
  noaccess: 'noaccess',
  invisible: 'invisible',
  ptraceable: 'ptraceable',
}

/**
 * How the procfs at a path is mounted, by `/proc/self/mountinfo`; `undefined`: no procfs is mounted there. The last
 * line about a path tells of what lies on top. proc(5)
 */
export function parseProcfsMount(mountinfo: string, path: string): ProcfsMount | undefined {
  const options = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .filter((words) => words[4] === path && words[words.indexOf('-', 6) + 1] === 'proc')
    .map((words) => (words[words.indexOf('-', 6) + 3] ?? '').split(','))
    .at(-1)
  if (options === undefined) return undefined
  const hidepid = options.find((option) => option.startsWith('hidepid='))?.slice('hidepid='.length) ?? ''
  return { hidepid: hidden[hidepid] ?? 'off', pidOnly: options.includes('subset=pid') }
}
