import { pauseImage } from './images.ts'

/** Snapshotters that need what a test machine has not. */
const snapshotters = (...names: string[]) => names.map((name) => `"io.containerd.snapshotter.v1.${name}"`).join(', ')

/** Debian 12's containerd 1.6, the CRI plugin left on. */
const containerd16 = `
version = 2
disabled_plugins = [${snapshotters('btrfs', 'zfs', 'devmapper', 'aufs')}]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  disable_apparmor = true
  restrict_oom_score_adj = true
`

/** containerd 2.x: the CRI plugin has become two. */
const containerd2 = `
version = 3
disabled_plugins = ["io.containerd.nri.v1.nri", ${snapshotters('btrfs', 'zfs', 'devmapper', 'blockfile', 'erofs')}]
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${pauseImage}"
[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true
`

/** By the Debian release whose containerd runs. */
export const configs = { bookworm: containerd16, forky: containerd2 }
