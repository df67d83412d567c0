import type { VerdictRule } from '../model/verdict.ts'

const MOST_SHOWN = 5

/** `slice:prefix:name` is how the systemd driver is told what to make; as a directory it means that the other one took it. */
const meantForSystemd = /(?:^|\/)[^/:]+\.slice:[^/:]+:[^/:]+(?:\/|$)/

/** Kubelet speaks of systemd's slices and the runtime makes plain directories: limits and accounting of pods do not hold. */
export const cgroupDriverMismatch: VerdictRule = {
  code: 'cgroup-driver-mismatch',
  severity: 'info',
  title: "cgroups named for systemd's driver and made by the other one",
  resembles: ['falcosecurity/libs#63', 'kata-containers/kata-containers#6232'],
  yieldsTo: [],
  judge: ({ containers }) => {
    const mistaken = containers.filter(
      ({ init, cgroupPath }) =>
        init !== null && cgroupPath?.includes('.slice:') === true && meantForSystemd.test(cgroupPath),
    )
    if (mistaken.length === 0) return []
    return [
      {
        // It is one setting, whatever it shows at.
        subject: { kind: 'node' },
        severity: 'info',
        summary:
          'containers are in cgroups whose names were meant for systemd: kubelet and runtime use different cgroup drivers',
        evidence: mistaken.slice(0, MOST_SHOWN).map(({ init, cgroupPath }) => ({
          source: `/proc/${init?.process.pid}/cgroup`,
          observed: cgroupPath ?? '',
        })),
        next: "Let both use one driver: kubelet's cgroupDriver: systemd goes with SystemdCgroup = true in containerd's runc options. It takes effect for containers that are started after a restart.",
      },
    ]
  },
}
