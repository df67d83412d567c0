import { accessSync, constants } from 'node:fs'

/** Debian package → the programs of it that this suite starts. The README lists them. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  containerd: ['containerd', 'ctr', 'containerd-shim', 'containerd-shim-runc-v1', 'containerd-shim-runc-v2'],
  runc: ['runc'],
  crun: ['crun'],
  runsc: ['runsc'],
  'docker.io': ['dockerd', 'docker', 'docker-init'],
  podman: ['podman'],
  conmon: ['conmon'],
  'busybox-static': ['busybox'],
  tmux: ['tmux'],
  tini: ['tini', 'tini-static'],
  debootstrap: ['debootstrap'],
  chromium: ['chromium'],
  prometheus: ['prometheus', 'promtool'],
  'prometheus-alertmanager': ['prometheus-alertmanager'],
  'util-linux': ['unshare', 'nsenter', 'setsid', 'setpriv'],
  curl: ['curl'],
  openssl: ['openssl'],
  'kubernetes-client': ['kubectl'],
  gcc: ['gcc'],
  // For what gcc compiles; it has no program of its own.
  'libc6-dev': [],
}

/** Why real runtimes can't be run here, or undefined. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the images hold x86-64 Linux programs'
  if (process.getuid?.() !== 0) return 'this is not root'
  const missing = Object.entries(packages).filter(([, programs]) => !programs.every(installed))
  return missing.length === 0 ? undefined : `missing Debian packages: ${missing.map(([name]) => name).join(' ')}`
}

/** Whether to skip the suite. In CI nothing is skipped: what is missing there fails. */
export function skipReal(): boolean {
  const why = obstacle()
  if (why === undefined) return false
  if (process.env['CI'] === 'true') throw new Error(`end-to-end tests can't run: ${why}`)
  console.warn(`end-to-end tests are SKIPPED: ${why}`)
  return true
}

function installed(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((directory) => {
    try {
      accessSync(`${directory}/${program}`, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
