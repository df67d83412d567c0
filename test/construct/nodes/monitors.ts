import type { Constructed } from '../node.ts'
import { alone, joined, service } from '../parts.ts'

const step = 'k2cd7gyhgs0y7xgvqsm0ngeyh'

export const nodes: readonly Constructed[] = [
  {
    name: 'systemd-nspawn',
    story: `Constructed: two machines of systemd-nspawn, one as systemd-nspawn@.service runs it (supervisor and payload below
one cgroup), one started by hand in a scope of machined. systemd src/nspawn/nspawn.c, nspawn-cgroup.c
Verdicts: none`,
    moments: [
      joined(
        alone(
          {
            pid: 900,
            argv: [
              '/usr/bin/systemd-nspawn',
              '--quiet',
              '--keep-unit',
              '--boot',
              '--link-journal=try-guest',
              '--network-veth',
              '-U',
              '--settings=override',
              '--machine=debian',
            ],
            cgroup: '/machine.slice/systemd-nspawn@debian.service/supervisor',
          },
          {
            pid: 910,
            ppid: 900,
            argv: ['/usr/lib/systemd/systemd'],
            innerPids: [1],
            cgroup: '/machine.slice/systemd-nspawn@debian.service/payload/init.scope',
          },
          {
            pid: 930,
            ppid: 910,
            argv: ['/usr/sbin/cron', '-f'],
            innerPids: [21],
            cgroup: '/machine.slice/systemd-nspawn@debian.service/payload/system.slice/cron.service',
          },
          {
            pid: 1000,
            argv: ['systemd-nspawn', '-D', '/srv/build', '-x', 'make'],
            exe: '/usr/bin/systemd-nspawn',
            cgroup: '/machine.slice/machine-build.scope/supervisor',
          },
          {
            pid: 1005,
            ppid: 1000,
            argv: ['make'],
            innerPids: [1],
            cgroup: '/machine.slice/machine-build.scope/payload',
          },
        ),
      ),
    ],
  },
  {
    name: 'lxc',
    story: `Constructed: LXC 5 (lxc src/lxc/lxccontainer.c: a monitor that calls itself \`[lxc monitor] PATH NAME\`, cgroups
lxc.monitor.NAME and lxc.payload.NAME of cgfsng.c), a container in the foreground, and one of LXD, whose monitor is a
fork of lxd. Beside them libvirt-lxc, told by its cgroup alone (libvirt src/util/vircgroup.c).
Verdicts: none`,
    moments: [
      joined(
        service({
          pid: 500,
          name: 'snap.lxd.daemon',
          argv: ['lxd', '--logfile', '/var/snap/lxd/common/lxd/logs/lxd.log'],
          exe: '/snap/lxd/24322/bin/lxd',
        }),
        alone(
          {
            pid: 900,
            argv: ['[lxc monitor] /var/lib/lxc web'],
            comm: 'lxc-start',
            exe: '/usr/bin/lxc-start',
            cgroup: '/lxc.monitor.web',
          },
          { pid: 910, ppid: 900, argv: ['/sbin/init'], innerPids: [1], cgroup: '/lxc.payload.web/init.scope' },
          {
            pid: 930,
            ppid: 910,
            argv: ['/usr/sbin/nginx'],
            innerPids: [40],
            cgroup: '/lxc.payload.web/system.slice/nginx.service',
          },
          {
            pid: 1000,
            argv: ['lxc-start', '-F', '-n', 'debug'],
            exe: '/usr/bin/lxc-start',
            cgroup: '/lxc.monitor.debug',
          },
          { pid: 1010, ppid: 1000, argv: ['/bin/sh'], innerPids: [1], cgroup: '/lxc.payload.debug' },
          {
            pid: 1100,
            argv: ['[lxc monitor] /var/snap/lxd/common/lxd/containers mail'],
            comm: 'lxd',
            exe: '/snap/lxd/24322/bin/lxd',
            cgroup: '/lxc.monitor.mail',
          },
          { pid: 1110, ppid: 1100, argv: ['/sbin/init'], innerPids: [1], cgroup: '/lxc.payload.mail/init.scope' },
          {
            pid: 1200,
            argv: ['/usr/libexec/libvirt_lxc', '--name', 'db', '--console', '25'],
            cgroup: '/machine.slice/machine-lxc\\x2d1201\\x2ddb.scope/libvirt',
          },
          {
            pid: 1210,
            ppid: 1200,
            argv: ['/sbin/init'],
            innerPids: [1],
            cgroup: '/machine.slice/machine-lxc\\x2d1201\\x2ddb.scope',
          },
        ),
      ),
    ],
  },
  {
    name: 'buildkit',
    story: `Constructed: buildkitd runs a step of a build by its own runc, which stays beside it: moby/buildkit
executor/runcexecutor/executor.go (\`buildkit-runc … run --bundle … ID\`), executor/oci/spec.go (cgroup /buildkit/ID).
Verdicts: none`,
    moments: [
      joined(
        service({
          pid: 700,
          name: 'buildkit',
          argv: ['/usr/local/bin/buildkitd', '--oci-worker=true'],
          listens: ['/run/buildkit/buildkitd.sock'],
        }),
        alone(
          {
            pid: 900,
            ppid: 700,
            argv: [
              'buildkit-runc',
              '--log',
              '/var/lib/buildkit/runc-overlayfs/executor/runc-log.json',
              '--log-format',
              'json',
              'run',
              '--bundle',
              `/var/lib/buildkit/runc-overlayfs/executor/${step}`,
              '--keep',
              step,
            ],
            exe: '/usr/local/bin/buildkit-runc',
            threads: 8,
          },
          {
            pid: 915,
            ppid: 900,
            argv: ['/bin/sh', '-c', 'go build ./...'],
            innerPids: [1],
            cgroup: `/buildkit/${step}`,
          },
          { pid: 930, ppid: 915, argv: ['go', 'build', './...'] },
        ),
      ),
    ],
  },
]
