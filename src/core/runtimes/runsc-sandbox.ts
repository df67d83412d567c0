import { runscMachine } from './runsc-machine-form.ts'

/** `runsc-sandbox … boot --bundle=DIR … ID` */
export const runscSandbox = runscMachine({
  name: 'runsc-sandbox',
  part: 'guest',
  title: "gVisor's kernel: the process that the containers of one sandbox run in",
  docs: 'google/gvisor runsc/sandbox/sandbox.go (createSandboxProcess)',
  idIn: (argv) => argv.at(-1) ?? null,
})
