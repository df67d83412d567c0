import { runscMachine } from './runsc-machine-form.ts'

/** `runsc-exec … exec --process FILE --pid-file FILE ID`: its pid stands in the pid file, its program runs in the kernel. */
export const runscExec = runscMachine({
  name: 'runsc-exec',
  part: 'helper',
  title: "gVisor's end of an exec session, for as long as the session lasts",
  docs: 'google/gvisor runsc/cmd/exec.go (execChildAndWait)',
  idIn: (argv) => argv.at(-1) ?? null,
})
