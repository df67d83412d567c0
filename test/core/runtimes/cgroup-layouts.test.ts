import { describe, expect, it } from 'vitest'
import { placeOf } from '../../../src/core/runtimes/cgroup-layouts.ts'

const id = 'ab'.repeat(32)
const outer = 'cd'.repeat(32)
const uid = '6972582e-e459-86e2-e71b-abaf624e2108'
const under = uid.replaceAll('-', '_')
const plain = uid.replaceAll('-', '')
const user = '/user.slice/user-1000.slice/user@1000.service'
const podSlice = `kubepods-burstable-pod${under}.slice`

/** Path of the container's own cgroup, what follows below it, id, manager, pod. One row for each form that is known. */
const table: readonly (readonly [
  form: string,
  path: string,
  below: string,
  id: string,
  manager: string | null,
  pod: string | null,
])[] = [
  ['docker, cgroupfs', `/docker/${id}`, '', id, 'docker', null],
  ['docker, systemd', `/system.slice/docker-${id}.scope`, '', id, 'docker', null],
  ['docker, systemd inside', `/system.slice/docker-${id}.scope`, '/init.scope', id, 'docker', null],
  ['docker, a service inside', `/system.slice/docker-${id}.scope`, '/system.slice/x.service', id, 'docker', null],
  ['docker, driver mismatch', `/system.slice:docker:${id}`, '', id, 'docker', null],
  [
    'cri-dockerd, systemd',
    `/kubepods.slice/kubepods-burstable.slice/${podSlice}/docker-${id}.scope`,
    '',
    id,
    'docker',
    uid,
  ],
  ['cri-dockerd or containerd, cgroupfs', `/kubepods/burstable/pod${uid}/${id}`, '', id, null, uid],
  ['besteffort, cgroupfs', `/kubepods/besteffort/pod${uid}/${id}`, '', id, null, uid],
  ['guaranteed, cgroupfs', `/kubepods/pod${uid}/${id}`, '', id, null, uid],
  ['a static pod: a uid without dashes', `/kubepods/burstable/pod${plain}/${id}`, '', id, null, uid],
  [
    'containerd, systemd',
    `/kubepods.slice/kubepods-burstable.slice/${podSlice}/cri-containerd-${id}.scope`,
    '',
    id,
    'containerd',
    uid,
  ],
  [
    'guaranteed, systemd',
    `/kubepods.slice/kubepods-pod${under}.slice/cri-containerd-${id}.scope`,
    '',
    id,
    'containerd',
    uid,
  ],
  ['driver mismatch', `/system.slice/containerd.service/${podSlice}:cri-containerd:${id}`, '', id, 'containerd', uid],
  [
    'driver mismatch, podruntime',
    `/podruntime.slice/containerd.service/${podSlice}:cri-containerd:${id}`,
    '',
    id,
    'containerd',
    uid,
  ],
  ['driver mismatch at the root', `/${podSlice}:cri-containerd:${id}`, '', id, 'containerd', uid],
  ['containerd on v1, odd', `/system.slice/containerd.service/cpuset/${id}`, '', id, null, null],
  [
    'kubelet custom root',
    `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-${podSlice}/cri-containerd-${id}.scope`,
    '',
    id,
    'containerd',
    uid,
  ],
  ['kubelet custom root, cgroupfs', `/kubelet/kubepods/burstable/pod${uid}/${id}`, '', id, null, uid],
  [
    'kind, systemd',
    `/docker/${outer}/kubelet.slice/kubelet-kubepods.slice/kubelet-${podSlice}/cri-containerd-${id}.scope`,
    '',
    id,
    'containerd',
    uid,
  ],
  [
    'kind, cgroupfs',
    `/system.slice/docker-${outer}.scope/kubelet/kubepods/burstable/pod${uid}/${id}`,
    '',
    id,
    null,
    uid,
  ],
  ['docker in docker', `/docker/${outer}/docker/${id}`, '', id, 'docker', null],
  ['a namespaced view', `/../../pod${uid}/${id}`, '', id, null, uid],
  ['a namespaced view, systemd', `/../cri-containerd-${id}.scope`, '', id, 'containerd', null],
  ['k3s and k0s nested', `/k8s.io/${id}`, '', id, 'containerd', null],
  ['nerdctl, systemd', `/system.slice/nerdctl-${id}.scope`, '', id, 'containerd', null],
  [
    'nerdctl, rootless',
    `/user.slice/user-1000.slice/user@1000.service/user.slice/nerdctl-${id}.scope`,
    '',
    id,
    'containerd',
    null,
  ],
  ['buildkit', '/buildkit/k2cd7gyhgs0y7xgvqsm0ngeyh', '', 'k2cd7gyhgs0y7xgvqsm0ngeyh', 'buildkit', null],
  [
    'buildkit below a parent',
    `/docker/${outer}/buildkit/k2cd7gyhgs0y7xgvqsm0ngeyh`,
    '',
    'k2cd7gyhgs0y7xgvqsm0ngeyh',
    'buildkit',
    null,
  ],
  ['lxc', '/lxc/web', '/init.scope', 'web', 'lxc', null],
  ['lxc 3', '/lxc.payload/web', '', 'web', 'lxc', null],
  ['lxc 4', '/lxc.payload.web', '/system.slice/cron.service', 'web', 'lxc', null],
  ['libvirt-lxc, systemd', '/machine.slice/machine-lxc\\x2d7969\\x2dweb.scope', '/libvirt', 'web', 'libvirt-lxc', null],
  ['libvirt-lxc', '/machine/web.libvirt-lxc', '', 'web', 'libvirt-lxc', null],
  [
    'systemd-nspawn',
    '/machine.slice/machine-deb\\x2d12.scope',
    '/payload/init.scope',
    'deb-12',
    'systemd-nspawn',
    null,
  ],
  [
    'systemd-nspawn as a service',
    '/machine.slice/systemd-nspawn@web.service',
    '/payload',
    'web',
    'systemd-nspawn',
    null,
  ],
  ['rkt', '/machine.slice/machine-rkt\\x2d7e1b2c1a.scope', '/system.slice/etcd.service', 'rkt-7e1b2c1a', 'rkt', null],
  ['garden', '/garden/4bbf0713-86d7-421c-6d73-8431', '', '4bbf0713-86d7-421c-6d73-8431', 'garden', null],
  ['bpm', '/system.slice/runc-bpm/bpm-gorouter', '', 'gorouter', 'bpm', null],
  ['ecs, docker', `/ecs/${plain}/${id}`, '', id, null, null],
  ['ecs, with a cluster', `/ecs/production/${plain}/${id}`, '', id, null, null],
  ['ecs, a task called by its uuid', `/ecs/${uid}/${id}`, '', id, null, null],
  ['ecs on Fargate', `/ecs/${plain}/${plain}-2813276318`, '', `${plain}-2813276318`, null, null],
  ['cri-o, systemd', `/kubepods.slice/kubepods-pod${under}.slice/crio-${id}.scope`, '', id, 'cri-o', uid],
  ['cri-o, cgroupfs', `/kubepods/burstable/pod${uid}/crio-${id}`, '', id, 'cri-o', uid],
  ['podman, systemd, and what crun makes in it', `/machine.slice/libpod-${id}.scope`, '/container', id, 'podman', null],
  ['podman in a pod', `/machine.slice/machine-libpod_pod_${outer}.slice/libpod-${id}.scope`, '', id, 'podman', null],
  ['podman, cgroupfs', `/libpod_parent/libpod-${id}`, '', id, 'podman', null],
  ['podman, cgroupfs, in a pod', `/libpod_parent/${outer}/libpod-${id}`, '', id, 'podman', null],
  ['podman, split', `/system.slice/cache.service/libpod-payload-${id}`, '', id, 'podman', null],
  ['podman without root', `${user}/user.slice/libpod-${id}.scope`, '', id, 'podman', null],
  ['podman 1 without root', `${user}/user.slice/podman-4321.scope/${id}`, '', id, 'podman', null],
  ['podman without root, a service', `${user}/user.slice/podman.service/${id}`, '', id, 'podman', null],
  ['runc, systemd', '/system.slice/runc-web.scope', '', 'web', 'runc', null],
  ['an id that stands alone', `/some/where/${id}`, '', id, null, null],
]

describe('placeOf', () => {
  it.each(table)('%s: %s', (_, path, below, expected, manager, podUid) => {
    expect(placeOf(path + below)).toMatchObject({ id: expected, path, manager, podUid })
    expect(placeOf(path + below)?.proves).not.toBe('nothing')
  })

  it('takes the innermost of nested nodes, as deep as they go', () => {
    const depths = Array.from({ length: 5 }, (_, depth) => depth.toString(16).repeat(64))
    expect(placeOf(depths.map((nested) => `/docker/${nested}`).join(''))?.id).toBe(depths.at(-1))
  })

  it.each([
    ['/default/c1', 'default', 'c1'],
    ['/system/etcd', 'system', 'etcd'],
  ])('reads namespace and id from %s, which anybody may call a cgroup', (path, containerdNamespace, expected) => {
    expect(placeOf(path)).toMatchObject({ id: expected, containerdNamespace, manager: null, proves: 'nothing' })
  })

  it.each([
    `/kata_overhead/${id}`,
    `/kata_overhead/kata_sandboxed_pod/${id}`,
    `/kata_sandboxed_pod/${id}`,
    `/kata-overhead.slice:runtime-rs:${id}`,
    `/kubepods/burstable/pod${uid}/kata_${id}`,
  ])('knows %s for what runs a sandbox, and for no container', (path) => {
    expect(placeOf(path)).toMatchObject({ id, path, holds: 'overhead', proves: 'nothing' })
  })

  it('takes the system container of Sysbox, and the containers inside of it', () => {
    const root = `/docker/${outer}/syscont-cgroup-root`
    expect(placeOf(`${root}/init.scope`)).toMatchObject({ id: outer, path: `/docker/${outer}`, manager: 'docker' })
    expect(placeOf(`${root}/docker/${id}`)).toMatchObject({ id, holds: 'container' })
    expect(placeOf(`/system.slice/docker-${id}.scope/syscont-cgroup-root`)).toMatchObject({ id })
  })

  it.each([
    `/system.slice/docker-${id}.scope`,
    `/docker/${id}`,
    `/kubepods.slice/${podSlice}/cri-containerd-${id}.scope`,
    `/k8s.io/${id}`,
    `/system.slice/nerdctl-${id}.scope`,
  ])('%s proves that there was a keeper', (path) => {
    expect(placeOf(path)?.proves).toBe('keeper')
  })

  it.each([
    '/',
    '/init.scope',
    '/user.slice/user-0.slice/session-1.scope',
    '/system.slice/ssh.service',
    '/system.slice/containerd.service',
    '/machine.slice/machine-qemu\\x2d1\\x2dweb.scope',
    '/libpod_parent/conmon',
    `/libpod_parent/${outer}/conmon`,
    '/lxc.monitor.web',
    '/libpod_parent/conmon',
    '/lxc.monitor.web',
    `/system.slice/var-lib-docker-overlay2-${id}-merged.mount`,
    `/machine.slice/libpod-conmon-${id}.scope`,
    `/kubepods.slice/${podSlice}/crio-conmon-${id}.scope`,
    '/user.slice/user-1000.slice/user@1000.service/user.slice/podman-pause-9141885347830502205.scope',
  ])('takes %s for no container', (path) => {
    expect(placeOf(path)).toBeUndefined()
  })
})
