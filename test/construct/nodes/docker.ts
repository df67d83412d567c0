import type { Constructed, ProcessDescription } from '../node.ts'
import { alone, containerd, idOf, joined, type Part, service, shimV2 } from '../parts.ts'

/** CentOS 7 and Debian 8: cgroup v1, and a kernel that does not tell the pids inside. */
const of2016 = { cgroups: 'v1', tellsInnerPids: false } as const

const STATE = '/var/run/docker/libcontainerd'
const V0_FLAGS = [
  '--metrics-interval=0',
  '--start-timeout',
  '2m',
  '--state-dir',
  `${STATE}/containerd`,
  '--runtime',
  'docker-runc',
]

interface V0 {
  readonly pid: number
  readonly ppid: number
  readonly id: string
  readonly argv: readonly string[]
  readonly program?: string
  readonly engine?: string
  readonly bundle?: string
  readonly cgroup?: string
  readonly runAs?: Partial<ProcessDescription>
}

/** A shim of containerd 0.2 works in its state directory; its bundle is an argument. containerd v0.2.9 runtime/container.go */
const shimV0 = ({
  pid,
  ppid,
  id,
  argv,
  program = 'docker-containerd-shim',
  engine = 'docker-runc',
  bundle,
  cgroup,
  runAs,
}: V0): Part => ({
  processes: [
    {
      pid,
      ppid,
      argv: [program, id, bundle ?? `${STATE}/${id}`, engine],
      exe: program.startsWith('/') ? program : `/usr/bin/${program}`,
      cwd: `${STATE}/containerd/${id}/init`,
      threads: 9,
      ...runAs,
    },
    { pid: pid + 16, ppid: pid, argv, innerPids: [1], cgroup: cgroup ?? `/docker/${id}` },
  ],
  bundles: [
    {
      path: bundle ?? `${STATE}/${id}`,
      config: { args: argv, cgroupsPath: cgroup ?? `/docker/${id}` },
      mounted: false,
    },
  ],
})

/** Each `docker exec` is a shim of its own, which works in the directory of its process. */
const execV0 = ({ pid, ppid, id, argv }: V0, session: string): Part =>
  alone(
    {
      pid,
      ppid,
      argv: ['docker-containerd-shim', id, `${STATE}/${id}`, 'docker-runc'],
      exe: '/usr/bin/docker-containerd-shim',
      cwd: `${STATE}/containerd/${id}/${session}`,
      threads: 8,
    },
    { pid: pid + 9, ppid: pid, argv, cgroup: `/docker/${id}`, innerPids: [23], pidns: `of ${id}` },
  )

const dockerContainerd = (pid: number, ppid: number): Part =>
  alone({
    pid,
    ppid,
    argv: [
      'docker-containerd',
      '-l',
      `unix://${STATE}/docker-containerd.sock`,
      '--shim',
      'docker-containerd-shim',
      ...V0_FLAGS,
    ],
    exe: '/usr/bin/docker-containerd',
    threads: 15,
    listens: [{ path: `${STATE}/docker-containerd.sock`, accepted: 1 }],
  })

const web = idOf('docker 1.11 web')
const database = idOf('docker 1.11 database')

export const nodes: readonly Constructed[] = [
  {
    name: 'containerd-0.2',
    story: `Constructed: the process list of containerd 0.2.4 that was published in 2016 (ps -ef: containerd 2156, its child
the shim 2198, its child supervisord 2214), with the files that containerd v0.2.9 containerd-shim/main.go and
runtime/container.go write. A bundle in a home directory, an id that is a word.
Verdicts: none`,
    moments: [
      {
        ...of2016,
        ...joined(
          alone(
            { pid: 1733, argv: ['bash'], cgroup: '/user.slice/user-1000.slice' },
            {
              pid: 2156,
              ppid: 1733,
              argv: [
                './bin/containerd',
                '-l',
                `unix://${STATE}/docker-containerd.sock`,
                '--shim',
                '/home/1000/bin/containerd-shim',
                ...V0_FLAGS,
              ],
              exe: '/home/1000/bin/containerd',
              threads: 9,
              listens: [`${STATE}/docker-containerd.sock`],
            },
          ),
          shimV0({
            pid: 2198,
            ppid: 2156,
            id: 'nginx',
            program: '/home/1000/bin/containerd-shim',
            engine: 'runc',
            bundle: '/home/1000/mycontainer',
            cgroup: '/user.slice/user-1000.slice/nginx',
            argv: ['/usr/bin/python', '/usr/bin/supervisord'],
          }),
        ),
      },
    ],
  },
  {
    name: 'containerd-0.2-killed',
    story: `Constructed: the second process list of that publication: containerd 0.2.4 killed, its shim with parent 1 and the
container under it. Whether a shim under init is kept cannot be told in that era, so nothing is concluded.
Verdicts: none`,
    moments: [
      {
        ...of2016,
        ...shimV0({
          pid: 2301,
          ppid: 1,
          id: 'nginx',
          program: '/home/1000/bin/containerd-shim',
          engine: 'runc',
          bundle: '/home/1000/mycontainer',
          cgroup: '/user.slice/user-1000.slice/nginx',
          argv: ['/usr/bin/python', '/usr/bin/supervisord'],
          runAs: { cgroup: '/user.slice/user-1000.slice' },
        }),
      },
    ],
  },
  {
    name: 'docker-1.11',
    story: `Constructed: Docker 1.11, where \`docker daemon\` still was one program with the client, from moby v1.11.2
libcontainerd/remote_linux.go and containerd v0.2.9 runtime/container.go; the doubled shims are those of
moby/moby#26041: two containers, and a \`docker exec\` that has a shim of its own.
Verdicts: none`,
    moments: [
      {
        ...of2016,
        ...joined(
          service({
            pid: 800,
            name: 'docker',
            argv: ['/usr/bin/docker', 'daemon', '-H', 'unix:///var/run/docker.sock'],
            listens: ['/var/run/docker.sock'],
          }),
          dockerContainerd(812, 800),
          shimV0({ pid: 1100, ppid: 812, id: web, argv: ['nginx: master process nginx -g daemon off;'] }),
          shimV0({ pid: 1200, ppid: 812, id: database, argv: ['postgres'] }),
          execV0({ pid: 1300, ppid: 812, id: web, argv: ['bash'] }, '3f1d9c0a'),
        ),
      },
    ],
  },
  {
    name: 'docker-1.13-red-hat',
    story: `Constructed: Docker 1.13.1 as Red Hat packaged it, every program with \`-current\` behind its name, from the
docker.service of the package and moby v1.13.1 libcontainerd/remote_unix.go.
Verdicts: none`,
    moments: [
      {
        ...of2016,
        ...joined(
          service({
            pid: 1011,
            name: 'docker',
            argv: [
              '/usr/bin/dockerd-current',
              '--add-runtime',
              'docker-runc=/usr/libexec/docker/docker-runc-current',
              '--default-runtime=docker-runc',
              '--exec-opt',
              'native.cgroupdriver=systemd',
            ],
            listens: ['/var/run/docker.sock'],
          }),
          alone({
            pid: 1033,
            ppid: 1011,
            argv: [
              '/usr/bin/docker-containerd-current',
              '-l',
              `unix://${STATE}/docker-containerd.sock`,
              '--shim',
              'docker-containerd-shim',
              ...V0_FLAGS,
            ],
            threads: 11,
            listens: [{ path: `${STATE}/docker-containerd.sock`, accepted: 1 }],
          }),
          shimV0({
            pid: 2100,
            ppid: 1033,
            id: web,
            program: '/usr/bin/docker-containerd-shim-current',
            engine: '/usr/libexec/docker/docker-runc-current',
            argv: ['httpd', '-DFOREGROUND'],
            cgroup: `/system.slice/docker-${web}.scope`,
          }),
        ),
      },
    ],
  },
  {
    name: 'docker-17.09-live-restore',
    story: `Constructed: Docker 17.09 with live-restore after its daemons were restarted: the shims of before are under init
(containerd v0.2.9 reattaches through the fifos of their state directories), a newer one is a child of containerd.
Verdicts: none`,
    moments: [
      {
        ...of2016,
        ...joined(
          service({
            pid: 3000,
            name: 'docker',
            argv: ['/usr/bin/dockerd', '-H', 'fd://'],
            listens: ['/var/run/docker.sock'],
            ageSeconds: 600,
          }),
          dockerContainerd(3011, 3000),
          shimV0({
            pid: 1100,
            ppid: 1,
            id: web,
            argv: ['nginx'],
            runAs: { cgroup: '/system.slice/docker.service', ageSeconds: 90_000 },
          }),
          shimV0({ pid: 3300, ppid: 3011, id: database, argv: ['postgres'] }),
        ),
      },
    ],
  },
  {
    name: 'docker-17.12',
    story: `Constructed: Docker 17.12, the first with containerd 1.0 and shims v1, still under their bundled names, from moby
v17.12.1 libcontainerd/remote_daemon.go and containerd v1.0.3 linux/shim/client/client.go.
Verdicts: shim-abstract-socket`,
    moments: [
      {
        cgroups: 'v1',
        ...joined(
          service({
            pid: 900,
            name: 'docker',
            argv: ['/usr/bin/dockerd', '-H', 'fd://'],
            listens: ['/var/run/docker.sock'],
          }),
          alone(
            {
              pid: 930,
              ppid: 900,
              argv: ['docker-containerd', '--config', '/var/run/docker/containerd/containerd.toml'],
              exe: '/usr/bin/docker-containerd',
              threads: 14,
              // containerd makes the listener of a v1 shim and passes it on, and its clients are rows of that name.
              listens: [
                { path: '/var/run/docker/containerd/docker-containerd.sock', accepted: 2 },
                { path: `@/containerd-shim/moby/${web}/shim.sock`, accepted: 1 },
              ],
            },
            {
              pid: 1500,
              ppid: 930,
              argv: [
                'docker-containerd-shim',
                '-namespace',
                'moby',
                '-workdir',
                `/var/lib/docker/containerd/daemon/io.containerd.runtime.v1.linux/moby/${web}`,
                '-address',
                '/var/run/docker/containerd/docker-containerd.sock',
                '-containerd-binary',
                '/usr/bin/docker-containerd',
                '-runtime-root',
                '/var/run/docker/runtime-runc',
              ],
              exe: '/usr/bin/docker-containerd-shim',
              cwd: `/run/docker/containerd/daemon/io.containerd.runtime.v1.linux/moby/${web}`,
              threads: 9,
            },
            { pid: 1521, ppid: 1500, argv: ['redis-server', '*:6379'], innerPids: [1], cgroup: `/docker/${web}` },
          ),
          {
            bundles: [
              {
                path: `/run/docker/containerd/daemon/io.containerd.runtime.v1.linux/moby/${web}`,
                config: { args: ['redis-server'], cgroupsPath: `/docker/${web}` },
                initPid: 1521,
                files: { 'shim.pid': '1500', 'log.json': '' },
                mounted: false,
              },
            ],
          },
        ),
      },
    ],
  },
  {
    name: 'docker-28-live-restore',
    story: `Constructed: Docker 28 on a containerd 2.x service, live-restore, while dockerd is away for its upgrade: the shims
belong to containerd and are managed all the time. moby daemon/config, docs "Live restore".
Verdicts: none`,
    moments: [
      joined(
        containerd(700),
        shimV2({
          pid: 2000,
          id: web,
          namespace: 'moby',
          containers: [
            { id: web, pid: 2021, argv: ['nginx'], cgroup: `/system.slice/docker-${web}.scope`, netns: 'web' },
          ],
          process: { cgroup: '/system.slice/containerd.service' },
        }),
        shimV2({
          pid: 2100,
          id: database,
          namespace: 'moby',
          containers: [
            {
              id: database,
              pid: 2121,
              argv: ['postgres'],
              cgroup: `/system.slice/docker-${database}.scope`,
              netns: 'database',
            },
          ],
          process: { cgroup: '/system.slice/containerd.service' },
        }),
      ),
    ],
  },
]
