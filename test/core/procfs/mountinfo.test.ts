import { describe, expect, it } from 'vitest'
import { parseBundleMounts, parseOrigin } from '../../../src/core/procfs/mountinfo.ts'

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
      sandboxId: sandbox,
      observed: `/io.containerd.grpc.v1.cri/sandboxes/${sandbox}/hostname is mounted on /etc/hostname`,
    })
  })

  it('knows a root that is a snapshot of containerd', () => {
    const table =
      '300 299 0:49 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/4/fs,upperdir=/x\n'
    expect(parseOrigin(table)).toEqual({
      sandboxId: null,
      observed:
        'the root is a snapshot of containerd: /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/4/fs',
    })
  })

  it('takes any other root for what it is', () => {
    expect(parseOrigin('300 299 8:1 / / rw - ext4 /dev/sda1 rw\n')).toBeUndefined()
  })
})
