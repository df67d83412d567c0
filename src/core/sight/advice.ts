import type { CapabilityName } from '../model/sight.ts'
import type { Diagnosis, FieldSight } from './diagnose.ts'

type Diagnosed = Omit<Diagnosis, 'advice'>

/** CAP_DAC_OVERRIDE reads what CAP_DAC_READ_SEARCH reads, and writes besides. capabilities(7) */
const holds = (held: readonly CapabilityName[], wanted: CapabilityName): boolean =>
  held.includes(wanted) || (wanted === 'CAP_DAC_READ_SEARCH' && held.includes('CAP_DAC_OVERRIDE'))

/** What would show more, one sentence each; nothing that would not. */
export function adviceFor(diagnosed: Diagnosed): readonly string[] {
  return [...adviceAboutProcfs(diagnosed), ...adviceAboutCapabilities(diagnosed), ...adviceAboutCgroups(diagnosed)]
}

function adviceAboutProcfs({ procfs, reader, listing }: Diagnosed): string[] {
  const { path, pidOnly, wholeNode } = procfs
  const hides = listing.complete ? [] : adviceAboutHiding(procfs)
  const kernel =
    pidOnly === true
      ? [
          `${path} is mounted with subset=pid, so how many threads and pids the node has is not known: mount a second procfs without it and give it with --path.procfs.`,
        ]
      : []
  const inner =
    wholeNode === false && procfs.self !== null
      ? [
          `${path} shows one pid namespace and what is below it. To see a node from within a container, mount the /proc of the node read-only (hostPath /proc at /host/proc, say) and give --path.procfs /host/proc; or share its pid namespace (hostPID: true), which also allows the comparison with ps.`,
        ]
      : []
  const userNamespace =
    reader.initialUserNamespace === false
      ? ["This process is in a user namespace of its own: its capabilities do not reach the node's processes."]
      : []
  return [...hides, ...kernel, ...inner, ...userNamespace]
}

/** Who sees through it: fs/proc/base.c, has_pid_permissions. */
function adviceAboutHiding({ path, hidepid, wholeNode }: Diagnosed['procfs']): string[] {
  const second = 'or mount a second procfs without it and give it with --path.procfs.'
  switch (hidepid) {
    case 'noaccess':
    case 'invisible':
      return [
        `${path} is mounted with hidepid=${hidepid}: CAP_SYS_PTRACE sees through it, and so does the group that the mount names (gid=, root's where it names none); ${second}`,
      ]
    case 'ptraceable':
      return [
        `${path} is mounted with hidepid=${hidepid}: CAP_SYS_PTRACE sees through it, and no group does; ${second}`,
      ]
    case 'off':
    case null:
      return wholeNode === false || hidepid === 'off'
        ? []
        : [
            `${path} may hide processes, and no table of mounts that can be read says how it is mounted: look in /proc/mounts of whoever mounted it, or mount a second procfs and give it with --path.procfs.`,
          ]
  }
}

function adviceAboutCapabilities({ fields, reader }: Diagnosed): string[] {
  const closed = fields.filter(({ sight, needs }) => (sight === 'closed' || sight === 'partly') && needs.length > 0)
  const { capabilities } = reader
  if (closed.length === 0 || capabilities === null) return []
  const missing = (field: FieldSight) => field.needs.filter((need) => !holds(capabilities, need))
  const groups = new Map<string, string[]>()
  for (const field of closed) {
    const wanted = missing(field).join(' and ')
    groups.set(wanted, [...(groups.get(wanted) ?? []), field.name])
  }
  const sentences = [...groups].map(([wanted, names]) =>
    wanted === ''
      ? `${names.join(', ')}: denied although the capabilities are held. A security module (AppArmor, SELinux) may forbid it, or a user namespace.`
      : `${wanted} would open ${names.join(', ')}.`,
  )
  return groups.size === 1 && groups.has('')
    ? sentences
    : [
        ...sentences,
        'Kubernetes gives added capabilities only to a container that runs as user 0: runAsUser 0, drop ALL, add these.',
      ]
}

function adviceAboutCgroups({ cgroupfs }: Diagnosed): string[] {
  if (cgroupfs.versions !== null && cgroupfs.versions.length > 0) return []
  return [
    `${cgroupfs.path} shows no cgroups, so whether a container is paused is not known: mount /sys/fs/cgroup read-only and give it with --path.cgroupfs.`,
  ]
}
