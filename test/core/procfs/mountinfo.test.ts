import { describe, expect, it } from 'vitest'
import { mountedAt, parseBundleMounts, parseOrigin } from '../../../src/core/procfs/mountinfo.ts'

const task = '/run/containerd/io.containerd.runtime.v2.task'

describe('parseBundleMounts', () => {
  it('finds the root file systems of bundles, with blanks in their names', () => {
    const table =
      '22 1 0:21 / /proc rw - proc proc rw\n' +
      `40 1 0:50 / ${task}/k8s.io/1f/rootfs rw - overlay overlay rw,lowerdir=/a\n` +
      `41 1 0:51 / ${task}/my\\040space/b/rootfs rw - overlay overlay rw\n`
    expect(parseBundleMounts(table, '/proc/1/mountinfo')).toEqual([
      { path: `${task}/k8s.io/1f`, source: '/proc/1/mountinfo' },
      { path: `${task}/my space/b`, source: '/proc/1/mountinfo' },
    ])
  })
})

describe('parseOrigin', () => {
  const sandbox = 'a'.repeat(64)

  it('names the sandbox whose files the CRI plugin mounted', () => {
    const table =
      '300 299 0:49 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/4/fs\n' +
      `349 332 0:121 /io.containerd.grpc.v1.cri/sandboxes/${sandbox}/hostname /etc/hostname rw - tmpfs tmpfs rw\n`
    expect(parseOrigin(table)).toEqual({
      madeBy: 'containerd',
      sandboxId: sandbox,
      observed: `/io.containerd.grpc.v1.cri/sandboxes/${sandbox}/hostname is mounted on /etc/hostname`,
    })
  })

  it('knows a root that is a snapshot of containerd', () => {
    const table =
      '300 299 0:49 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/4/fs,upperdir=/x\n'
    expect(parseOrigin(table)).toEqual({
      madeBy: 'containerd',
      sandboxId: null,
      observed:
        'the root is a snapshot of containerd: /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/4/fs',
    })
  })

  it('knows files that podman or CRI-O mounted, and where they come from', () => {
    const from = `/containers/storage/overlay-containers/${sandbox}/userdata/resolv.conf`
    const table = `300 299 0:49 / / rw - overlay overlay rw\n313 300 0:24 ${from} /etc/resolv.conf rw - tmpfs tmpfs rw\n`
    expect(parseOrigin(table)).toEqual({
      madeBy: 'containers/storage',
      sandboxId: null,
      observed: `${from} is mounted on /etc/resolv.conf`,
      storage: { device: '0:24', path: '/containers/storage/overlay-containers' },
    })
  })

  it('takes any other root for what it is', () => {
    expect(parseOrigin('300 299 8:1 / / rw - ext4 /dev/sda1 rw\n')).toBeUndefined()
  })
})

describe('mountedAt', () => {
  const table =
    '25 1 8:1 / / rw - ext4 /dev/sda1 rw\n26 25 0:24 / /run rw - tmpfs tmpfs rw\n27 25 8:2 /data/pods /var/pods rw - xfs /dev/sdb rw\n'

  it.each([
    ['0:24', '/containers/storage', '/run/containers/storage'],
    ['8:1', '/var/lib/containers', '/var/lib/containers'],
    ['8:2', '/data/pods/one', '/var/pods/one'],
  ])('finds %s %s', (device, path, found) => {
    expect(mountedAt(table, { device, path })).toBe(found)
  })

  it.each([
    ['0:99', '/containers'],
    ['8:2', '/data/podsother'],
  ])('finds %s %s nowhere', (device, path) => {
    expect(mountedAt(table, { device, path })).toBeUndefined()
  })
})
