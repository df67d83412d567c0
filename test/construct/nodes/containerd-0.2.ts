import type { Constructed, NodeDescription } from '../node.ts'

const rest = [
  '--metrics-interval=0',
  '--start-timeout',
  '2m',
  '--state-dir',
  '/var/run/docker/libcontainerd/containerd',
  '--runtime',
  'docker-runc',
]

/** CentOS 7 and Debian 8 of 2016: cgroup v1, and a kernel that does not tell the pids inside. */
const of2016 = { cgroups: 'v1', tellsInnerPids: false } as const

const published: NodeDescription = {
  ...of2016,
  processes: [
    { pid: 1733, argv: ['bash'], cgroup: '/user.slice/user-1000.slice' },
    {
      pid: 2156,
      ppid: 1733,
      argv: [
        './bin/containerd',
        '-l',
        'unix:///var/run/docker/libcontainerd/docker-containerd.sock',
        '--shim',
        '/home/1000/bin/containerd-shim',
        ...rest,
      ],
      exe: '/home/1000/bin/containerd',
      threads: 9,
      listens: ['/var/run/docker/libcontainerd/docker-containerd.sock'],
    },
    {
      pid: 2198,
      ppid: 2156,
      argv: ['/home/1000/bin/containerd-shim', 'nginx', '/home/1000/mycontainer', 'runc'],
      cwd: '/var/run/docker/libcontainerd/containerd/nginx/init',
      threads: 7,
    },
    {
      pid: 2214,
      ppid: 2198,
      argv: ['/usr/bin/python', '/usr/bin/supervisord'],
      innerPids: [1],
      cgroup: '/user.slice/user-1000.slice/nginx',
    },
  ],
  bundles: [{ path: '/home/1000/mycontainer', config: { args: ['/usr/bin/supervisord'] }, mounted: false }],
}

export const nodes: readonly Constructed[] = [
  {
    name: 'containerd-0.2',
    story: `Constructed: the process list of containerd 0.2.4 that was published in 2016 (ps -ef: containerd 2156, its child
the shim 2198, its child supervisord 2214), with the files that containerd-shim/main.go and runtime/container.go of
v0.2.9 write. A bundle in a home directory, an id that is a word.
Verdicts: none`,
    moments: [published],
  },
]
