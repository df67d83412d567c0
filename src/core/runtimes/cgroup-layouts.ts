import { podUid } from '../model/pod-uid.ts'

/** What a cgroup path says of the container in it. */
export interface CgroupPlace {
  /** The container's id. */
  readonly id: string
  /** The cgroup that is the container's own; deeper ones were made inside it. */
  readonly path: string
  /** Who names cgroups that way, as a container's `runtime` label; `null`: several do. */
  readonly manager: string | null
  /** The containerd namespace that this manager uses. */
  readonly containerdNamespace: string | null
  readonly podUid: string | null
}

interface Layout {
  readonly manager: string | null
  readonly containerdNamespace: string | null
  /** Of one path component; the first group is the id. */
  readonly component: RegExp
  /** Of the component before it. */
  readonly parent?: RegExp
  /** Of the whole path. */
  readonly above?: RegExp
}

const ID = '([0-9a-f]{64})'

/** How engines name the cgroup of a container, most telling first. Sources: each engine's cgroup driver, named in the line. */
const layouts: readonly Layout[] = [
  // containerd CRI, systemd driver, and the same handed to the cgroupfs driver by mistake. containerd internal/cri
  { manager: 'containerd', containerdNamespace: 'k8s.io', component: new RegExp(`^cri-containerd-${ID}\\.scope$`) },
  {
    manager: 'containerd',
    containerdNamespace: 'k8s.io',
    component: new RegExp(`^[^/]+\\.slice:cri-containerd:${ID}$`),
  },
  // moby daemon/oci_linux.go: docker-<id>.scope, or /docker/<id>
  { manager: 'docker', containerdNamespace: 'moby', component: new RegExp(`^docker-${ID}\\.scope$`) },
  { manager: 'docker', containerdNamespace: 'moby', component: new RegExp(`^${ID}$`), parent: /^docker$/ },
  // cri-o internal/config/cgmgr: crio-<id>.scope, or crio-<id> with the cgroupfs driver; the monitor's is crio-conmon-<id>
  { manager: 'cri-o', containerdNamespace: null, component: new RegExp(`^crio-${ID}(?:\\.scope)?$`) },
  // podman libpod/container.go, cgroupPath: made by systemd, by podman itself, or below a unit's own (--cgroups=split)
  { manager: 'podman', containerdNamespace: null, component: new RegExp(`^libpod-(?:payload-)?${ID}(?:\\.scope)?$`) },
  // podman without root and with the cgroupfs driver: in the scope that it made for itself, or below its user's unit
  { manager: 'podman', containerdNamespace: null, component: new RegExp(`^${ID}$`), parent: /^podman-\d+\.scope$/ },
  {
    manager: 'podman',
    containerdNamespace: null,
    component: new RegExp(`^${ID}$`),
    parent: /\.service$/,
    above: /^\/user\.slice\/user-\d+\.slice\/user@\d+\.service\//,
  },
  // cgroupfs driver below kubelet's pods: containerd, cri-dockerd and others look alike. kubernetes pkg/kubelet/cm
  {
    manager: null,
    containerdNamespace: null,
    component: new RegExp(`^${ID}$`),
    parent: /^(?:kubepods-.*)?pod[0-9a-f_-]+(?:\.slice)?$/,
  },
]

const pod =
  /^(?:kubepods-(?:burstable-|besteffort-)?)?pod([0-9a-f_-]{32,36})(?:\.slice)?(?::.*)?$|kubepods-(?:burstable-|besteffort-)?pod([0-9a-f_-]{32,36})\.slice:/

/** Reads a cgroup path; the innermost container wins, since nodes are nested (kind, docker-in-docker). */
export function placeOf(path: string): CgroupPlace | undefined {
  if (path.length < 2) return undefined
  const components = path.split('/')
  for (let at = components.length - 1; at > 0; at -= 1) {
    const component = components[at] as string
    for (const layout of layouts) {
      const id = layout.component.exec(component)?.[1]
      if (id === undefined) continue
      if (layout.parent !== undefined && !layout.parent.test(components[at - 1] ?? '')) continue
      if (layout.above !== undefined && !layout.above.test(path)) continue
      return {
        id,
        path: components.slice(0, at + 1).join('/'),
        manager: layout.manager,
        containerdNamespace: layout.containerdNamespace,
        podUid: podUidOf(components.slice(0, at + 1)),
      }
    }
  }
  return undefined
}

/** systemd writes a uid with underscores; static pods have one without dashes. */
function podUidOf(components: readonly string[]): string | null {
  for (let at = components.length - 1; at > 0; at -= 1) {
    const match = pod.exec(components[at] as string)
    const uid = match?.[1] ?? match?.[2]
    if (uid !== undefined) return podUid(uid)
  }
  return null
}
