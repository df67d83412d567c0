import { describe, expect, it } from 'vitest'
import { placeOf } from '../../../src/core/runtimes/cgroup-layouts.ts'

const id = 'ab'.repeat(32)
const uid = '6972582e-e459-86e2-e71b-abaf624e2108'
const under = uid.replaceAll('-', '_')

describe('placeOf', () => {
  it.each([
    [
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${under}.slice/cri-containerd-${id}.scope`,
      'containerd',
      uid,
    ],
    [`/kubepods.slice/kubepods-pod${under}.slice/cri-containerd-${id}.scope`, 'containerd', uid],
    [`/system.slice/containerd.service/kubepods-burstable-pod${under}.slice:cri-containerd:${id}`, 'containerd', uid],
    [`/kubepods/burstable/pod${uid}/${id}`, null, uid],
    [`/kubepods/pod${uid}/${id}`, null, uid],
    [`/kubepods/besteffort/pod${uid.replaceAll('-', '')}/${id}`, null, uid],
    [`/kubepods.slice/kubepods-pod${under}.slice/crio-${id}.scope`, 'cri-o', uid],
    [`/kubepods/burstable/pod${uid}/crio-${id}`, 'cri-o', uid],
    [`/machine.slice/libpod-${id}.scope`, 'podman', null],
    [`/machine.slice/machine-libpod_pod_${'cd'.repeat(32)}.slice/libpod-${id}.scope`, 'podman', null],
    [`/libpod_parent/libpod-${id}`, 'podman', null],
    [`/libpod_parent/${'cd'.repeat(32)}/libpod-${id}`, 'podman', null],
    [`/system.slice/cache.service/libpod-payload-${id}`, 'podman', null],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope`, 'podman', null],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/podman-4321.scope/${id}`, 'podman', null],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/podman.service/${id}`, 'podman', null],
    [`/docker/${id}`, 'docker', null],
    [`/system.slice/docker-${id}.scope`, 'docker', null],
  ])('%s', (path, manager, podUid) => {
    expect(placeOf(path)).toMatchObject({ id, path, manager, podUid })
  })

  it('takes the container, not what systemd made inside it', () => {
    expect(placeOf(`/system.slice/docker-${id}.scope/init.scope`)).toMatchObject({
      id,
      path: `/system.slice/docker-${id}.scope`,
    })
  })

  it("takes podman's container, not the cgroup that crun makes in it", () => {
    expect(placeOf(`/machine.slice/libpod-${id}.scope/container`)).toMatchObject({
      id,
      path: `/machine.slice/libpod-${id}.scope`,
    })
  })

  it('takes the innermost of nested nodes', () => {
    const outer = 'cd'.repeat(32)
    expect(placeOf(`/docker/${outer}/kubelet/kubepods/burstable/pod${uid}/${id}`)).toMatchObject({ id, podUid: uid })
  })

  it.each([
    '/',
    '/user.slice/user-0.slice/session-1.scope',
    '/system.slice/ssh.service',
    '/default/c1',
    `/machine.slice/libpod-conmon-${id}.scope`,
    `/kubepods.slice/kubepods-pod${under}.slice/crio-conmon-${id}.scope`,
    '/libpod_parent/conmon',
    '/user.slice/user-1000.slice/user@1000.service/user.slice/podman-pause-9141885347830502205.scope',
    `/x/${id.slice(1)}`,
  ])('takes %s for no container', (path) => {
    expect(placeOf(path)).toBeUndefined()
  })
})
