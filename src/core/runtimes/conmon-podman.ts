import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { conmonCall, isOfPodman, recognizeConmon } from './conmon-form.ts'

/** What podman calls the container that holds a pod's namespaces; nothing else marks it. podman pkg/specgen/generate/pod_create.go */
const infraName = /^[0-9a-f]{12}-infra$/

/**
 * `conmon --api-version 1 -c ID -u UUID -r ENGINE -b BUNDLE -p PIDFILE -n NAME --exit-dir … --full-attach …
 * --exit-command podman …`, in whatever directory podman was called from. Nobody supervises it: podman has no daemon.
 */
export const conmonPodman: Runtime = {
  id: 'conmon-podman',
  program: 'conmon',
  title: "podman's monitor, rootful or rootless: one per container and one per exec session, and no daemon",
  docs: 'podman libpod/oci_conmon_common.go (createOCIContainer, sharedConmonArgs), oci_conmon_exec_common.go',
  programs: ['conmon'],
  comms: [],
  expects: { ...expectsNothing, bundle: 'argument', manages: 'podman' },
  recognize(process) {
    const call = conmonCall(process)
    if (call === undefined || !isOfPodman(call)) return undefined
    const isInfra = call.name !== null && infraName.test(call.name)
    return recognizeConmon(process, call, { role: isInfra ? 'sandbox' : null, name: call.name, pod: null })
  },
}
