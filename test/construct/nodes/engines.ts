import { address, bundlePath, daemon, shimSocket } from '../containerd-node.ts'
import type { BundleDescription, Constructed, NodeDescription, ProcessDescription } from '../node.ts'

const dockerAt = '/run/docker/containerd/containerd.sock'

/** A `ctr` container: a shim, what it has under it, and its bundle. */
function container(
  id: string,
  pid: number,
  children: readonly Partial<ProcessDescription>[],
  {
    program = '/usr/bin/containerd-shim-runc-v2',
    initPid,
    socket = [],
  }: { program?: string; initPid?: number; socket?: string[] } = {},
): { processes: ProcessDescription[]; bundle: BundleDescription } {
  const shim: ProcessDescription = {
    pid,
    argv: [program, '-namespace', 'default', '-id', id, '-address', address, ...socket],
    cgroup: '/system.slice/containerd.service',
    cwd: bundlePath(id, 'default'),
    threads: 11,
    session: 1_011,
    ageSeconds: 600,
    listens: [shimSocket(id, 1, 'default')],
  }
  return {
    processes: [shim, ...children.map((child, at) => ({ pid: pid + 1 + at, ppid: pid, argv: [], ...child }))],
    bundle: {
      path: bundlePath(id, 'default'),
      config: { args: ['sleep', '3600'], cgroupsPath: `/default/${id}` },
      ...(initPid === undefined ? {} : { initPid }),
      files: { address: `unix://${shimSocket(id, 1, 'default').path}` },
    },
  }
}

/** What go-runc has every engine called with. containerd/go-runc runc.go, args */
const call = (engine: string, id: string, verb: string, ...more: string[]) => [
  engine,
  ...[
    '--root',
    '/run/containerd/runc/default',
    '--log',
    `${bundlePath(id, 'default')}/log.json`,
    '--log-format',
    'json',
  ],
  verb,
  ...more,
  id,
]

const creation = (engine: string, id: string) =>
  call(
    engine,
    id,
    'create',
    ...['--bundle', bundlePath(id, 'default'), '--pid-file', `${bundlePath(id, 'default')}/init.pid`],
  )

const inside = (id: string) => ({ innerPids: [1], cgroup: `/default/${id}` })

const node = (...containers: ReturnType<typeof container>[]): NodeDescription => ({
  processes: [daemon('/usr/bin/containerd'), ...containers.flatMap(({ processes }) => processes)],
  bundles: containers.map(({ bundle }) => bundle),
})

const syscont = '9f'.repeat(32)

export const nodes: readonly Constructed[] = [
  {
    name: 'engines-at-work',
    story: `Constructed: every engine that stands in for runc, called by go-runc with the flags that it gives them all
(containerd/go-runc runc.go): crun, youki, sysbox-runc, runsc, kata-runtime in the second in which they create a container,
and a runsc exec that lasts as long as the session (google/gvisor runsc/cmd/exec.go).
Verdicts: none`,
    moments: [
      node(
        ...['crun', 'youki', 'sysbox-runc', 'runsc', 'kata-runtime'].map((engine, at) =>
          container(`of-${engine}`, 2_000 + 100 * at, [
            { argv: creation(`/usr/bin/${engine}`, `of-${engine}`), ageSeconds: 1 },
          ]),
        ),
        container(
          'session',
          2_600,
          [
            { argv: ['sleep', '3600'], ...inside('session') },
            { argv: call('/usr/bin/runsc', 'session', 'exec', '--process', '/tmp/runsc-process1'), ageSeconds: 500 },
          ],
          { initPid: 2_601 },
        ),
      ),
    ],
  },
  {
    name: 'engine-youki-created',
    story: `Constructed: youki has created a container that nobody starts: its init waits inside with the command line of
\`youki create\`, as youki forks and does not exec (youki crates/libcontainer/src/process, set_name "youki:[2:INIT]").
Verdicts: none`,
    moments: [
      node(
        container(
          'web',
          2_000,
          [{ argv: creation('/usr/bin/youki', 'web'), comm: 'youki:[2:INIT]', ageSeconds: 300, ...inside('web') }],
          { initPid: 2_001 },
        ),
      ),
    ],
  },
  {
    name: 'engine-crun-stuck',
    story: `Constructed: crun has been creating a container for ten minutes, under the shim in Rust; the flags are those of
containerd/rust-extensions crates/runc and crates/shim/src/asynchronous/mod.rs (spawn: -socket).
Verdicts: engine-stuck`,
    moments: [
      node(
        container('web', 2_000, [{ argv: creation('/usr/bin/crun', 'web'), ageSeconds: 600, wchan: 'pipe_read' }], {
          program: '/usr/local/bin/containerd-shim-runc-v2-rs',
          socket: ['-socket', `unix://${shimSocket('web', 0, 'default').path}`],
        }),
      ),
    ],
  },
  {
    name: 'shim-in-rust',
    story: `Constructed: a container of \`ctr\` under the shim in Rust, from containerd/rust-extensions
crates/shim/src/asynchronous/mod.rs (spawn: -namespace -id -address -socket) and crates/runc-shim.
Verdicts: none`,
    moments: [
      node(
        container('web', 2_000, [{ argv: ['sleep', '3600'], ...inside('web') }], {
          program: '/usr/local/bin/containerd-shim-runc-v2-rs',
          socket: ['-socket', `unix://${shimSocket('web', 0, 'default').path}`],
          initPid: 2_001,
        }),
      ),
    ],
  },
  {
    name: 'sysbox',
    story: `Constructed: a system container of Sysbox under Docker, with Docker and a container of its own inside, from nestybox/sysbox
docs/user-guide/design.md and the cgroups of nestybox/sysbox-runc#46: the init is in \`init.scope\` below
syscont-cgroup-root, what runs inside has cgroups beside that.
Verdicts: none`,
    moments: [
      {
        processes: [
          {
            pid: 900,
            argv: ['/usr/bin/sysbox-mgr'],
            cgroup: '/system.slice/sysbox-mgr.service',
            listens: ['/run/sysbox/sysmgr.sock'],
          },
          {
            pid: 910,
            argv: ['/usr/bin/sysbox-fs'],
            cgroup: '/system.slice/sysbox-fs.service',
            listens: ['/run/sysbox/sysfs.sock'],
          },
          {
            pid: 1_000,
            argv: ['/usr/bin/dockerd'],
            cgroup: '/system.slice/docker.service',
            listens: ['/run/docker.sock'],
          },
          { ...daemon('containerd', dockerAt), ppid: 1_000, cgroup: '/system.slice/docker.service' },
          {
            pid: 2_000,
            argv: ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', syscont, '-address', dockerAt],
            cgroup: '/system.slice/docker.service',
            cwd: bundlePath(syscont, 'moby', '/run/docker/containerd/daemon'),
            session: 1_011,
            listens: [shimSocket(syscont, 1, 'moby', dockerAt)],
          },
          {
            pid: 2_020,
            ppid: 2_000,
            argv: ['/sbin/init'],
            comm: 'systemd',
            innerPids: [1],
            netns: 'of the system container',
            cgroup: `/docker/${syscont}/syscont-cgroup-root/init.scope`,
          },
          {
            pid: 2_050,
            ppid: 2_020,
            argv: ['/usr/sbin/sshd', '-D'],
            cgroup: `/docker/${syscont}/syscont-cgroup-root/system.slice/ssh.service`,
          },
        ],
        bundles: [
          {
            path: bundlePath(syscont, 'moby', '/run/docker/containerd/daemon'),
            config: { args: ['/sbin/init'], cgroupsPath: `/docker/${syscont}` },
            initPid: 2_020,
            files: {
              address: `unix://${shimSocket(syscont, 1, 'moby', dockerAt).path}`,
              'options.json': '{"binary_name":"/usr/bin/sysbox-runc"}',
            },
          },
        ],
      },
    ],
  },
]
