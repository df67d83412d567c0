import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { linkers, recognizeNspawn } from './nspawn-form.ts'

/** `rkt run` becomes the stage 1 that it starts: what stays is the systemd-nspawn of the machine `rkt-<pod uuid>`. */
export const rkt: Runtime = {
  id: 'rkt',
  program: 'systemd-nspawn',
  title: 'rkt: a pod is a machine of systemd-nspawn, its apps are services in it, and there is no shim',
  docs: 'rkt Documentation/devel/architecture.md, stage1/init/init.go',
  programs: ['systemd-nspawn', ...linkers],
  comms: [],
  expects: {
    ...expectsNothing,
    attends: ['run'],
    clients: [
      {
        containerdNamespace: null,
        manages: 'rkt',
        through: ['kubelet', 'rktlet', 'rkt'],
        certain: ['rkt'],
        podsBeside: 'rktlet',
        collects: true,
        sandboxes: true,
      },
    ],
    manages: 'rkt',
  },
  recognize(process) {
    const recognition = recognizeNspawn(process)
    return recognition?.id?.startsWith('rkt-') === true ? recognition : undefined
  },
}
