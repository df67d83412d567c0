import { podUid } from '../model/pod-uid.ts'
import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { conmonCall, type ConmonNames, isOfPodman, recognizeConmon } from './conmon-form.ts'
import { crioClients } from './crio-clients.ts'

/**
 * `conmon -b BUNDLE -c ID --exit-dir /var/run/crio/exits … -n k8s_NAME_POD_NAMESPACE_UID_ATTEMPT -P … -p … -r ENGINE …`
 * in its bundle. With CRI-O's `drop_infra_ctr`, its default, a pod has no pause and every container one of these.
 */
export const conmonCriO: Runtime = {
  id: 'conmon-cri-o',
  program: 'conmon',
  title: "CRI-O's monitor: one per container and one per exec session; it goes on without CRI-O",
  docs: 'cri-o internal/oci/runtime_oci.go (CreateContainer, ExecSyncContainer); conmon docs/conmon.8.md',
  programs: ['conmon'],
  comms: [],
  expects: {
    ...expectsNothing,
    daemons: ['crio'],
    bundle: 'argument',
    clients: crioClients,
    manages: 'cri-o',
  },
  recognize(process) {
    const call = conmonCall(process)
    return call === undefined || isOfPodman(call) ? undefined : recognizeConmon(process, call, namesIn(call.name))
  },
}

/** `k8s_NAME_POD_NAMESPACE_UID_ATTEMPT`; none of the names may hold an underscore, and `POD` is the sandbox's. cri-o server/naming.go */
function namesIn(name: string | null): ConmonNames {
  const [prefix, container, pod, namespace, uid, attempt, ...rest] = (name ?? '').split('_')
  if (prefix !== 'k8s' || attempt === undefined || rest.length > 0) {
    return { role: null, name: null, pod: null }
  }
  const isSandbox = container === 'POD'
  return {
    role: isSandbox ? 'sandbox' : 'container',
    name: isSandbox ? null : (container ?? null),
    pod: uid === undefined || uid === '' ? null : { uid: podUid(uid), name: pod ?? null, namespace: namespace ?? null },
  }
}
