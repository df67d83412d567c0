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
  readonly proves: Proof
  /** `overhead`: what runs a sandbox and is no container: its shim, its virtual machine, its file servers. */
  readonly holds: 'container' | 'overhead'
}

/**
 * What such a name proves of the processes in it. `keeper`: that they are a container's, and that it had a shim or a
 * monitor. `container`: that they are a container's; those who name cgroups so may need no keeper. `nothing`: anybody
 * may name a cgroup so, and it only tells the id of a container that is known otherwise.
 */
type Proof = 'keeper' | 'container' | 'nothing'

interface Layout {
  readonly manager: string | null
  readonly containerdNamespace: string | null
  readonly proves: Proof
  /** Of one path component; the group `id`, or else the first, is the id. */
  readonly component: RegExp
  /** Of the component before it. */
  readonly parent?: RegExp
  /** Of the whole path. */
  readonly above?: RegExp
  /** How many components the path may have down to here. */
  readonly depth?: number
  /** `container` unless told. */
  readonly holds?: CgroupPlace['holds']
}

const ID = '([0-9a-f]{64})'
const kubernetes = { manager: 'containerd', containerdNamespace: 'k8s.io', proves: 'keeper' } as const
const docker = { manager: 'docker', containerdNamespace: 'moby', proves: 'keeper' } as const
const crio = { manager: 'cri-o', containerdNamespace: null, proves: 'keeper' } as const
const podman = { manager: 'podman', containerdNamespace: null, proves: 'keeper' } as const
const anybody = { manager: null, containerdNamespace: null, proves: 'container' } as const
const monitored = (manager: string) => ({ manager, containerdNamespace: null, proves: 'container' }) as const

/** A pod's cgroup: `pod<uid>` of the cgroupfs driver, `…kubepods-burstable-pod<uid>.slice` of systemd's. kubernetes pkg/kubelet/cm */
const POD = String.raw`(?:[\w.-]*kubepods-(?:burstable-|besteffort-)?)?pod([0-9a-f_-]{32,36})`

const kata = { manager: null, containerdNamespace: null, proves: 'nothing', holds: 'overhead' } as const

/** How engines name the cgroup of a container, most telling first. Sources: each engine's cgroup driver, named in the line. */
const layouts: readonly Layout[] = [
  // containerd CRI, systemd driver; and the same handed to the cgroupfs driver by mistake. containerd internal/cri
  { ...kubernetes, component: new RegExp(`^cri-containerd-${ID}\\.scope$`) },
  { ...kubernetes, component: new RegExp(`:cri-containerd:${ID}$`) },
  // CRI without a cgroup parent, as k3s and k0s in a container: /<containerd namespace>/<id>
  { ...kubernetes, component: new RegExp(`^${ID}$`), parent: /^k8s\.io$/ },
  // moby daemon/oci_linux.go: docker-<id>.scope, or /docker/<id>, or `parent:docker:<id>` handed to the wrong driver
  { ...docker, component: new RegExp(`^docker-${ID}\\.scope$`) },
  { ...docker, component: new RegExp(`:docker:${ID}$`) },
  { ...docker, component: new RegExp(`^${ID}$`), parent: /^docker$/ },
  // nerdctl pkg/cmd/container/run_cgroup_linux.go
  {
    manager: 'containerd',
    containerdNamespace: null,
    proves: 'keeper',
    component: new RegExp(`^nerdctl-${ID}\\.scope$`),
  },
  // cri-o internal/config/cgmgr: crio-<id>.scope, or crio-<id> with the cgroupfs driver; the monitor's is crio-conmon-<id>
  { ...crio, component: new RegExp(`^crio-${ID}(?:\\.scope)?$`) },
  // podman libpod/container.go, cgroupPath: made by systemd, by podman itself, or below a unit's own (--cgroups=split)
  { ...podman, component: new RegExp(`^libpod-(?:payload-)?${ID}(?:\\.scope)?$`) },
  // podman without root and with the cgroupfs driver: in the scope that it made for itself, or below its user's unit
  { ...podman, component: new RegExp(`^${ID}$`), parent: /^podman-\d+\.scope$/ },
  {
    ...podman,
    component: new RegExp(`^${ID}$`),
    parent: /\.service$/,
    above: /^\/user\.slice\/user-\d+\.slice\/user@\d+\.service\//,
  },
  // kata without sandbox_cgroup_only: docs/design/host-cgroups.md; runtime-rs crates/resource/src/cgroups/utils.rs. Where
  // the bundle names no cgroup, runtime-rs makes one of its own.
  { ...kata, component: new RegExp(`^${ID}$`), parent: /^kata_(?:overhead|sandboxed_pod)$/ },
  { ...kata, component: new RegExp(`^kata-overhead\\.slice:[a-z-]+:${ID}$`) },
  { ...kata, component: new RegExp(`^kata_${ID}$`) },
  // cgroupfs driver below kubelet's pods: containerd, cri-dockerd and others look alike. kubernetes pkg/kubelet/cm
  { ...anybody, component: new RegExp(`^${ID}$`), parent: new RegExp(`^${POD}(?:\\.slice)?$`) },
  // amazon-ecs-agent: /ecs/<task>/<id>, or /ecs/<cluster>/<task>/<id>; Fargate's ids are <task>-<number>
  {
    ...anybody,
    component: /^([0-9a-f]{64}|[0-9a-f]{32}-\d+)$/,
    parent: /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
  },
  // buildkit util/../oci/spec.go: [/<parent>]/buildkit/<id>
  { ...monitored('buildkit'), component: /^([a-z0-9]+)$/, parent: /^buildkit$/ },
  // Cloud Foundry: garden-runc-release's handles, bpm-release's jobs
  { ...monitored('garden'), component: /^([\w.-]+)$/, parent: /^garden(?:-\w+)?$/ },
  { ...monitored('bpm'), component: /^bpm-(.+?)(?:\.scope)?$/ },
  // lxc src/lxc/cgroups/cgfsng.c: lxc.payload.<name> since 4.0, lxc.payload/<name> in 3.x, lxc/<name> before
  { ...monitored('lxc'), component: /^lxc\.payload\.(.+)$/ },
  { ...monitored('lxc'), component: /^(.+)$/, parent: /^lxc(?:\.payload)?$/ },
  // libvirt src/lxc, src/util/vircgroup.c: machine-lxc\x2d<pid>\x2d<name>.scope, or <name>.libvirt-lxc
  { ...monitored('libvirt-lxc'), component: /^machine-lxc\\x2d(?:\d+\\x2d)?(.+)\.scope$/ },
  { ...monitored('libvirt-lxc'), component: /^(.+)\.libvirt-lxc$/ },
  // systemd-nspawn registers with machined; rkt called its machines rkt-<uuid>. rkt stage1/init, systemd src/nspawn
  { ...monitored('rkt'), component: /^machine-(rkt\\x2d.+)\.scope$/ },
  { ...monitored('systemd-nspawn'), component: /^machine-(?!qemu\\x2d)(.+)\.scope$/, parent: /^machine\.slice$/ },
  { ...monitored('systemd-nspawn'), component: /^systemd-nspawn@(.+)\.service$/ },
  // runc libcontainer/cgroups/systemd: runc-<id>.scope where no name was asked for
  { ...monitored('runc'), component: /^runc-(.+)\.scope$/ },
  // An id of that length is nobody else's, whatever stands before it. OpenTelemetry's resource detectors do the same.
  { ...anybody, component: /^(?:.*[-:])?([0-9a-f]{64})(?:\.scope)?$/ },
  { ...anybody, component: /^([0-9a-f]{32}-\d+)(?:\.scope)?$/ },
  // containerd without a cgroup parent: /<containerd namespace>/<id>, as `ctr` and Talos have it. containerd oci/spec.go
  {
    manager: null,
    containerdNamespace: null,
    proves: 'nothing',
    component: /^([A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*)$/,
    depth: 2,
  },
]

/** Cgroups of those who watch over a container, and mount units, whose names may hold its id. */
const noContainer = /^lxc\.monitor(?:\.|$)|(?:^|-)conmon(?:-|$)|\.mount$/

const sixtyFour = /^[0-9a-f]{64}$/

/** systemd's own, whatever is below or beside them. systemd.unit(5) */
const unit = /\.(?:slice|service|socket|swap|scope)$/

const podComponent = new RegExp(`(?:^|:)${POD}(?:\\.slice)?(?::.*)?$`)

/** Paths come and go with containers; what was made of them is dropped now and then, all at once. */
const MOST_PATHS = 8_192
const places = new Map<string, CgroupPlace | null>()

/** Reads a cgroup path; the innermost container wins, since nodes are nested (kind, docker-in-docker). */
export function placeOf(path: string): CgroupPlace | undefined {
  const known = places.get(path)
  if (known !== undefined) return known ?? undefined
  if (places.size >= MOST_PATHS) places.clear()
  const place = placeIn(path)
  places.set(path, place ?? null)
  return place
}

function placeIn(path: string): CgroupPlace | undefined {
  if (path.length < 2) return undefined
  const components = path.split('/')
  for (let at = components.length - 1; at > 0; at -= 1) {
    const layout = layoutOf(components, at)
    if (layout === undefined) continue
    return {
      id: unescaped(layout.id),
      path: components.slice(0, at + 1).join('/'),
      manager: layout.manager,
      containerdNamespace: layout.containerdNamespace ?? (layout.depth === 2 ? (components[1] ?? null) : null),
      podUid: podUidOf(components.slice(0, at + 1)),
      proves: layout.proves,
      holds: layout.holds ?? 'container',
    }
  }
  return undefined
}

function layoutOf(components: readonly string[], at: number): (Layout & { readonly id: string }) | undefined {
  const component = components[at] as string
  const parent = components[at - 1] ?? ''
  if (noContainer.test(component) || parent === 'lxc.monitor') return undefined
  // podman's pods have ids of the same form. libpod/pod_internal_linux.go
  if (parent === 'libpod_parent' && sixtyFour.test(component)) return undefined
  for (const layout of layouts) {
    const id = layout.component.exec(component)?.[1]
    if (id === undefined) continue
    if (layout.parent !== undefined && !layout.parent.test(parent)) continue
    if (layout.above !== undefined && !layout.above.test(components.join('/'))) continue
    if (layout.depth !== undefined && (at !== layout.depth || components.length !== at + 1 || isUnit(components)))
      continue
    return { ...layout, id }
  }
  return undefined
}

const isUnit = (components: readonly string[]): boolean =>
  components.some((component) => unit.test(component) || component === '..')

/** systemd writes a dash inside a name as `\x2d`. systemd-escape(1) */
const unescaped = (name: string): string =>
  name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

function podUidOf(components: readonly string[]): string | null {
  for (let at = components.length - 1; at > 0; at -= 1) {
    const uid = podComponent.exec(components[at] as string)?.[1]
    if (uid !== undefined) return podUid(uid)
  }
  return null
}
