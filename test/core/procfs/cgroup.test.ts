import { describe, expect, it } from 'vitest'
import { parseCgroup } from '../../../src/core/procfs/cgroup.ts'

describe('parseCgroup', () => {
  it('takes the unified path of a v2 host', () => {
    expect(parseCgroup('0::/system.slice/docker-1f.scope\n')).toMatchObject({ path: '/system.slice/docker-1f.scope' })
  })

  it('takes systemd’s hierarchy before the others on v1', () => {
    expect(parseCgroup('4:memory:/elsewhere\n1:name=systemd:/docker/1f\n')?.path).toBe('/docker/1f')
  })

  it('keeps what v2 says of a zombie where v1 has forgotten it', () => {
    expect(parseCgroup('6:freezer:/\n1:name=systemd:/\n0::/default/zap\n')?.path).toBe('/default/zap')
  })

  it('keeps colons in a path, as the systemd driver writes them', () => {
    expect(parseCgroup('0::/kubepods.slice:cri-containerd:1f\n')?.path).toBe('/kubepods.slice:cri-containerd:1f')
  })

  it('splits controllers that are mounted together', () => {
    const cgroup = parseCgroup('3:cpu,cpuacct:/a\n2:freezer:/b\n')
    expect([...(cgroup?.controllers ?? [])]).toEqual([
      ['cpu', '/a'],
      ['cpuacct', '/a'],
      ['freezer', '/b'],
    ])
    expect(cgroup?.unified).toBeNull()
  })

  it.each(['', 'nonsense', '0:/x', '0::relative'])('does not understand %j', (text) => {
    expect(parseCgroup(text)).toBeUndefined()
  })
})
