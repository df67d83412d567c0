import type { World } from './world.ts'

/** System calls by their number on x86-64, with arguments that change nothing. arch/x86/entry/syscalls/syscall_64.tbl */
const calls: Readonly<Record<string, readonly (number | 'self')[]>> = {
  kill: [62, 'self', 0],
  tkill: [200, 'self', 0],
  tgkill: [234, 'self', 'self', 0],
  rt_sigqueueinfo: [129, 'self', 0, 0],
  rt_tgsigqueueinfo: [297, 'self', 'self', 0, 0],
  pidfd_open: [434, 'self', 0],
  pidfd_send_signal: [424, -1, 0, 0, 0],
  pidfd_getfd: [438, -1, 0, 0],
  process_madvise: [440, -1, 0, 0, 0, 0],
  ptrace: [101, 99, 0, 0, 0],
  process_vm_readv: [310, 'self', 0, 0, 0, 0, 0],
  process_vm_writev: [311, 'self', 0, 0, 0, 0, 0],
  mount: [165, 0, 0, 0, 0, 0],
  umount2: [166, 0, 0],
  fsopen: [430, 0, 0],
  move_mount: [429, -1, 0, -1, 0, 0],
  pivot_root: [155, 0, 0],
  chroot: [161, 0],
  unshare: [272, 0],
  setns: [308, -1, 0],
  bpf: [321, 65_535, 0, 0],
  perf_event_open: [298, 0, 0, -1, -1, 0],
  init_module: [175, 0, 0, 0],
  finit_module: [313, -1, 0, 0],
  delete_module: [176, 0, 0],
  kexec_load: [246, 0, 0, 0, 0],
  reboot: [169, 0, 0, 0, 0],
  sethostname: [170, 0, 0],
  settimeofday: [164, 0, 0],
  clock_settime: [227, -1, 0],
  swapon: [167, 0, 0],
  add_key: [248, 0, 0, 0, 0, 0],
  keyctl: [250, 65_535, 0, 0, 0, 0],
  userfaultfd: [323, 65_535],
  open_by_handle_at: [304, -1, 0, 0],
  mknod: [133, 0, 0, 0],
  rename: [82, 0, 0],
  link: [86, 0, 0],
  symlink: [88, 0, 0],
  chmod: [90, 0, 0],
  chown: [92, 0, 0, 0],
  utimensat: [280, -1, 0, 0, 0],
  setuid: [105, 0],
  setgroups: [116, 0, 0],
  setpriority: [141, 0, 0, 0],
  sched_setaffinity: [203, 0, 0, 0],
  setrlimit: [160, 99, 0],
  seccomp: [317, 99, 0, 0],
  // Somebody else's limits; its own it may read.
  prlimit64: [302, 'self', 99, 0, 0],
  // A raw socket, through which whole packets go.
  socket: [41, 17, 3, 0],
  fork: [57],
  clone3: [435, 0, 0],
}
export const probedCalls: readonly string[] = Object.keys(calls)

/** Makes each call in a program of its own, started in this way, and says how it was answered: an errno, or 0. */
export async function probe(world: World, start: (argv: readonly string[]) => readonly string[]) {
  const lines = Object.entries(calls).map(([name, [number, ...given]]) => {
    const args = given.map((arg) => (arg === 'self' ? '$$' : arg))
    // A child that was made after all ends at once.
    return `$! = 0; $r = syscall(${[number, ...args].join(', ')}); exit if $r == 0 && $$ != $me; print "${name} ", ($r < 0 ? $! + 0 : 0), "\\n";`
  })
  const program = `$| = 1; $me = $$; ${lines.join(' ')}`
  const { stdout, stderr } = await world.attempt(...start(['/usr/bin/perl', '-e', program]))
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string])
  if (answers.length < 2) throw new Error(`the probe said nothing: ${stderr}`)
  return new Map(answers.map(([name, errno]) => [name, Number(errno)]))
}
