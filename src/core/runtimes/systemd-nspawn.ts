import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { recognizeNspawn } from './nspawn-form.ts'

export const systemdNspawn: Runtime = {
  id: 'systemd-nspawn',
  program: 'systemd-nspawn',
  title: 'systemd-nspawn: the parent of the container that it runs, and no shim',
  docs: 'systemd-nspawn(1), systemd src/nspawn/nspawn.c',
  programs: ['systemd-nspawn'],
  comms: [],
  expects: { ...expectsNothing, attends: ['run'], manages: 'systemd-nspawn' },
  recognize(process) {
    const recognition = recognizeNspawn(process)
    return recognition?.id?.startsWith('rkt-') === true ? undefined : recognition
  },
}
