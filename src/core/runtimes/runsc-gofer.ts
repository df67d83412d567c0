import { baseName } from '../model/path.ts'
import { parseFlags } from './flags.ts'
import { runscMachine } from './runsc-machine-form.ts'

/** `runsc-gofer … gofer --bundle DIR …`: the bundle is named after the container. */
export const runscGofer = runscMachine({
  name: 'runsc-gofer',
  part: 'helper',
  title: "gVisor's gofer: opens a container's files for its kernel",
  docs: 'google/gvisor runsc/container/container.go (createGoferProcess)',
  idIn(argv) {
    const bundle = parseFlags(argv.slice(1), new Set()).values.get('bundle')
    return bundle === undefined ? null : baseName(bundle)
  },
})
