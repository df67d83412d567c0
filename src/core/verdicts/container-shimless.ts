import type { ContainerBranch, Forest } from '../model/forest.ts'
import type { Survivor } from '../model/host.ts'
import { valueOf } from '../model/reading.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { calledAs, isRunning } from './shim-evidence.ts'

const MOST_PORTS = 5

/** Processes of a container whose keeper is gone: nobody reaps them, reads their output, or can stop them by id. */
export const containerShimless: VerdictRule = {
  code: 'container-shimless',
  severity: 'critical',
  title: 'a running container whose shim is gone',
  resembles: [
    'containerd/containerd#10727',
    'containerd/containerd#9727',
    'containerd/containerd#8285',
    'containerd/containerd#7076',
    'cri-o/cri-o#3042',
    'cri-o/cri-o#9263',
    'containers/podman#6520',
  ],
  yieldsTo: ['engine-stuck', 'shim-transient-stuck'],
  judge: (forest) =>
    forest.containers.flatMap((container) => {
      const { shim, keeperProof, init } = container
      // Bare runc leaves containers without a keeper by design: that there was one must be proven.
      if (shim !== null || keeperProof === null || init === null || !isRunning(container)) return []
      const { process, parent } = { process: init.process, parent: init.parent?.process }
      const survivor = forest.host.survivors.find(({ key }) => key === process.key)
      const ports = survivor === undefined ? [] : portsOf(survivor)
      return {
        subject: { kind: 'container', key: container.key, id: container.id, pid: process.pid },
        severity: 'critical',
        summary: `${calledAs(container)} runs as pid ${process.pid}${portsIn(ports)}, and its shim is gone`,
        evidence: [
          {
            source: `/proc/${process.pid}/stat`,
            observed: `${process.pid} (${process.comm}) ${process.state} ${process.ppid}: its parent is ${parent?.comm ?? 'not seen'}, no shim`,
          },
          { source: `/proc/${process.pid}/cgroup`, observed: container.cgroupPath ?? 'unknown' },
          keeperProof,
          ...(survivor === undefined
            ? []
            : [...podEvidence(forest, container, survivor), ...portEvidence(survivor, ports)]),
        ],
        next: `The workload is alive and unsupervised; a replacement may run beside it${ports.length === 0 ? '' : ` and not get port ${ports[0]}`}. See what it serves before it is ended. containerd before 2.0, and 2.x after a restart, end it themselves.`,
      }
    }),
}

/** Ports of the network namespace count where it is not the node's: then they are at least of this pod. */
function portsOf({ listening, ownNetwork }: Survivor): readonly number[] {
  const found = valueOf(listening)
  if (found === null || !(found.held || valueOf(ownNetwork) === true)) return []
  return found.ports
}

function portsIn(ports: readonly number[]): string {
  if (ports.length === 0) return ''
  const shown = ports.slice(0, MOST_PORTS).join(', ')
  return `, listens at port${ports.length === 1 ? '' : 's'} ${shown}${ports.length > MOST_PORTS ? ' and others' : ''}`
}

function portEvidence({ listening }: Survivor, ports: readonly number[]): Evidence[] {
  const found = valueOf(listening)
  if (found === null || ports.length === 0) return []
  const whose = found.held
    ? 'listens, and its descriptors hold the socket'
    : 'listens in its network namespace; who of its pod it is needs the right to read descriptors'
  return ports.slice(0, MOST_PORTS).map((port) => ({
    source: `cat ${found.source}`,
    observed: `port ${port} (${port.toString(16).toUpperCase().padStart(4, '0')}, state 0A) ${whose}`,
  }))
}

/** Which pod it was, from what the runtime has left. A host name is the pod's unless it is the node's. */
function podEvidence({ host }: Forest, { init, id }: ContainerBranch, { engineState, hostname }: Survivor): Evidence[] {
  const state = engineState === null ? null : valueOf(engineState.state)
  const pod = state?.annotations.get('io.kubernetes.cri.sandbox-name')
  const where = state?.annotations.get('io.kubernetes.cri.sandbox-namespace')
  const name = valueOf(hostname)
  return [
    ...(engineState === null || state === null || state.id !== id || pod === undefined
      ? []
      : [
          {
            source: `grep sandbox-name ${engineState.source}`,
            observed: `pod ${pod} of namespace ${where ?? 'unknown'}`,
          },
        ]),
    ...(name === null || name === host.node
      ? []
      : [{ source: `cat /proc/${init?.process.pid}/root/etc/hostname`, observed: name }]),
  ]
}
