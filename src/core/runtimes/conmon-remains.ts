import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { recognizeRemains } from './remains-form.ts'

/** A monitor that exited and that nobody has reaped: podman in a container whose process 1 is no init, or an old CRI-O. */
export const conmonRemains: Runtime = {
  id: 'conmon-remains',
  program: 'conmon',
  title: 'a zombie that was a conmon or conmonrs',
  docs: 'proc(5), /proc/pid/stat: comm and state',
  programs: [],
  comms: ['conmon', 'conmonrs'],
  expects: expectsNothing,
  recognize: recognizeRemains,
}
