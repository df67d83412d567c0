const capabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
]
const masked = ['acpi', 'asound', 'kcore', 'keys', 'latency_stats', 'timer_list', 'timer_stats', 'sched_debug', 'scsi']
const readOnly = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger']
const mounts = [
  ['/proc', 'proc', 'proc'],
  ['/dev', 'tmpfs', 'tmpfs'],
  ['/dev/pts', 'devpts', 'devpts'],
  ['/dev/mqueue', 'mqueue', 'mqueue'],
  ['/sys', 'sysfs', 'sysfs'],
  ['/sys/fs/cgroup', 'cgroup', 'cgroup'],
]

/** A config.json of the size and shape that containerd's CRI plugin writes (without a seccomp profile, about 5 KB). */
export function bundleConfig(id, { name, namespace, uid, sandbox, group, container }) {
  const kubelet = `/var/lib/kubelet/pods/${uid}`
  const bind = (destination, source) => ({ destination, type: 'bind', source, options: ['rbind', 'rprivate', 'rw'] })
  return {
    ociVersion: '1.0.2-dev',
    process: {
      user: { uid: 65535, gid: 65535, additionalGids: [65535] },
      args: container === null ? ['/pause'] : ['/usr/bin/app', '--listen=127.0.0.1:8080', '--workers', '1'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `HOSTNAME=${name}`],
      cwd: '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: true,
      oomScoreAdj: container === null ? -998 : 999,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: name,
    mounts: [
      ...mounts.map(([destination, type, source]) => ({
        destination,
        type,
        source,
        options: ['nosuid', 'noexec', 'nodev'],
      })),
      bind('/etc/hosts', `${kubelet}/etc-hosts`),
      bind('/dev/termination-log', `${kubelet}/containers/app/0`),
      bind('/etc/resolv.conf', `/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${sandbox}/resolv.conf`),
      bind('/var/run/secrets/kubernetes.io/serviceaccount', `${kubelet}/volumes/kubernetes.io~projected/token`),
    ],
    annotations: {
      'io.kubernetes.cri.container-type': container === null ? 'sandbox' : 'container',
      'io.kubernetes.cri.sandbox-id': sandbox,
      'io.kubernetes.cri.sandbox-log-directory': `/var/log/pods/${namespace}_${name}_${uid}`,
      'io.kubernetes.cri.sandbox-name': name,
      'io.kubernetes.cri.sandbox-namespace': namespace,
      'io.kubernetes.cri.sandbox-uid': uid,
      ...(container === null
        ? {}
        : {
            'io.kubernetes.cri.container-name': container,
            'io.kubernetes.cri.image-name': 'example/app:1.0',
          }),
    },
    linux: {
      resources: { devices: [{ allow: false, access: 'rwm' }], memory: { limit: 134217728 }, cpu: { shares: 102 } },
      cgroupsPath: `${group}/${id}`,
      namespaces: [{ type: 'pid' }, { type: 'ipc' }, { type: 'uts' }, { type: 'mount' }, { type: 'network' }],
      maskedPaths: masked.map((file) => `/proc/${file}`),
      readonlyPaths: readOnly.map((file) => `/proc/${file}`),
    },
  }
}
