import { runscMachine } from './runsc-machine-form.ts'

/** `/proc/self/exe umount --sync-fd=N /proc`, a child of the kernel: it is told to when the container starts, and goes. */
export const runscUmount = runscMachine({
  name: 'runsc-umount',
  part: 'helper',
  untilStart: true,
  title: "takes /proc from gVisor's kernel once its container starts",
  docs: 'google/gvisor runsc/cmd/umount_unsafe.go, runsc/cmd/boot.go (procMountSyncFD); seen with 20221219 and 20260406',
  isIt: ({ argv, comm }) =>
    comm === 'exe' &&
    argv.kind === 'known' &&
    argv.value[1] === 'umount' &&
    argv.value[2]?.startsWith('--sync-fd=') === true,
  idIn: () => null,
})
