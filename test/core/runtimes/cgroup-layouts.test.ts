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

  it('takes the innermost of nested nodes', () => {
    const outer = 'cd'.repeat(32)
    expect(placeOf(`/docker/${outer}/kubelet/kubepods/burstable/pod${uid}/${id}`)).toMatchObject({ id, podUid: uid })
  })

  it.each([
    '/',
    '/user.slice/user-0.slice/session-1.scope',
    '/system.slice/ssh.service',
    '/default/c1',
    `/x/${id.slice(1)}`,
  ])('takes %s for no container', (path) => {
    expect(placeOf(path)).toBeUndefined()
  })
})
