import { options, UnsuitableValue } from '../../src/config.ts'
import { parseAddress, parseBootstrap, parseBundleConfig } from '../../src/core/procfs/bundle.ts'
import { isCgroupFile } from '../../src/core/procfs/cgroup-files.ts'
import { parseCgroup } from '../../src/core/procfs/cgroup.ts'
import { parseCmdline } from '../../src/core/procfs/cmdline.ts'
import { parseCredentials } from '../../src/core/procfs/credentials.ts'
import { parseCgroupEvents, parseFreezerState } from '../../src/core/procfs/freezer.ts'
import * as hostFiles from '../../src/core/procfs/host-files.ts'
import { jsonMember } from '../../src/core/procfs/json-part.ts'
import { parseInodeLink, parseLink } from '../../src/core/procfs/link.ts'
import { mountedAt, parseBundleMounts, parseOrigin } from '../../src/core/procfs/mountinfo.ts'
import { parseProcessEvent, processEventsRequest } from '../../src/core/procfs/process-event.ts'
import { parseProcfsMount } from '../../src/core/procfs/procfs-mount.ts'
import { redactComm, redactions } from '../../src/core/procfs/redact.ts'
import { parseRuncState } from '../../src/core/procfs/runc-state.ts'
import { parseStat } from '../../src/core/procfs/stat.ts'
import { parseInnerPids } from '../../src/core/procfs/status.ts'
import { parseTcpListeners } from '../../src/core/procfs/tcp-sockets.ts'
import { parseUnixSockets } from '../../src/core/procfs/unix-sockets.ts'
import { placeOf } from '../../src/core/runtimes/cgroup-layouts.ts'
import { parseFlags } from '../../src/core/runtimes/flags.ts'
import { runtimes } from '../../src/core/runtimes/index.ts'
import { sandboxIn } from '../../src/core/runtimes/kata-paths.ts'
import { DamagedExcerpt } from '../../src/journal/damaged-excerpt.ts'
import { ExcerptWriter } from '../../src/journal/excerpt-writer.ts'
import { parseExcerpt } from '../../src/journal/parse-excerpt.ts'
import { faultIn } from '../../src/outputs/http/fault-in.ts'
import { BrokenWebConfig } from '../../src/outputs/http/door/fields.ts'
import { parseWebConfig } from '../../src/outputs/http/door/web-config.ts'
import { parseListenAddress } from '../../src/outputs/http/listen-address.ts'
import { parseSince } from '../../src/outputs/live/since.ts'
import { renderTree } from '../../src/outputs/text/tree.ts'
import { renderVerdicts } from '../../src/outputs/text/verdicts.ts'
import { DamagedRecording, parseRecording } from '../../src/sources/parse-recording.ts'
import { diff } from '../../src/core/snapshot/diff.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../core/snapshot/support/nodes.ts'
import { present } from '../core/snapshot/support/present.ts'

/** A parser over what strangers may write, and the one error that it may answer with. */
export interface Parser {
  readonly name: string
  readonly parse: (bytes: Buffer) => unknown
  /** Examples of what it is made for; fuzzing starts from these, and from noise. */
  readonly seeds: readonly string[]
  /** The operator writes it, and nobody else: it need not be read by the hundred thousand. */
  readonly ownFile?: true
  readonly refusesWith?: new (...given: never[]) => Error
}

const text = (parse: (text: string) => unknown) => (bytes: Buffer) => parse(bytes.toString('utf8'))
const id = '868bcf7d0a1bc53e7c1a8f4f6a8d4f4dbb3e6a1c9a0f5ad0fd2cf7bb1a2c3d4e'

const stat = '812 (con)tain (x) S 1 812 812 0 -1 4194560 0 0 0 0 1 1 0 0 20 0 1 0 100 1000 100 18446744073709551615\n'
const mountinfo = [
  `36 35 98:0 / / rw,noatime shared:1 - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs`,
  `40 35 0:4 / /run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/rootfs rw - overlay overlay rw`,
  `41 35 8:1 /var/lib/containers/storage/overlay-containers/${id}/userdata/hosts /etc/hosts rw - ext4 /dev/sda1 rw`,
  `42 35 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw`,
  '43 35 0:5 / /proc rw,nosuid - proc proc rw,hidepid=invisible,gid=7\n',
].join('\n')
const cgroups = [
  `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12345678_1234_1234_1234_123456789abc.slice/cri-containerd-${id}.scope`,
  `/kubepods/besteffort/pod12345678-1234-1234-1234-123456789abc/${id}`,
  `/docker/${id}/docker/${id}`,
  `/system.slice/docker-${id}.scope`,
  `/machine.slice/libpod-${id}.scope/container`,
  `/system.slice:cri-containerd:${id}`,
  '/lxc.payload.web/init.scope',
  `/../../crio-${id}.scope`,
]
const config = JSON.stringify({
  annotations: { 'io.kubernetes.cri.sandbox-id': id, 'io.kubernetes.cri.container-type': 'sandbox' },
  linux: { cgroupsPath: `system.slice:cri:${id}`, namespaces: [{ type: 'pid', path: '/proc/1/ns/pid' }] },
})
const arguments_ = [
  `containerd-shim-runc-v2\0-namespace\0k8s.io\0-id\0${id}\0-address\0/run/containerd/containerd.sock\0`,
  `runc\0--root\0/run/runc\0--log=/x\0create\0--bundle\0/b\0--pid-file=/b/init.pid\0${id}\0`,
  `conmon\0--api-version\x001\0-c\0${id}\0-u\0${id}\0-b\0/b/userdata\0-p\0/p\0--exit-command-arg\0cleanup\0`,
  'dockerd\0-H\0fd://\0--containerd=/run/containerd/containerd.sock\0',
  `qemu-system-x86_64\0-name\0sandbox-${id},debug-threads=on\0-qmp\0unix:/run/vc/vm/${id}/qmp.sock\0`,
  'sh\0-c\0mysql -p"a b" \'x\' password: y://u:p@h token=$X\0',
  'curl\0-sSu\0me:x\0-H\0Authorization: Bearer x\0https://a:b@c/?sig=1\0',
]
const recording = `# A story\n\n== 2026-09-01T03:12:00.000Z ==\n-- /proc/uptime --\n600.00 1.00\n-- /proc/1/stat --\n1 (init) S 0\n-- /proc/1/cmdline --\n/sbin/init␀␄\n-- /proc/1/exe !EACCES --\n-- /proc/1/cwd -> / --\n-- /proc/1/cwd facts inode=2 nlink=1 changed=2026-09-01T03:11:00.000Z --\n-- /proc/1/fd/ --\n0\n1␛ff\n`
const excerpt = writtenExcerpt()
const webConfig = `tls_server_config:\n  cert_file: a.crt\n  key_file: a.key\n  client_auth_type: RequireAndVerifyClientCert\n  min_version: TLS12\nhttp_server_config:\n  headers:\n    X-Frame-Options: deny\nbasic_auth_users:\n  me: $2y$10$abcdefghijklmnopqrstuuAbcdefghijklmnopqrstuvwxyzABCDEF12\nrate_limit:\n  interval: 1s\n  burst: 5\n`

const parsedOptions = [
  'graceMs',
  'intervalMs',
  'speed',
  'maxSeries',
  'allowedHosts',
  'url',
  'procfs',
  'redaction',
  'loop',
] as const

export const parsers: readonly Parser[] = [
  { name: 'stat', parse: parseStat, seeds: [stat, '1 (', '1 () R', `${'9'.repeat(40)} ()`] },
  {
    name: 'cgroup',
    parse: text(parseCgroup),
    seeds: [`0::${cgroups[0]}\n`, `12:cpu,cpuacct:/x:y\n1:name=systemd:${cgroups[1]}\n`],
  },
  { name: 'cgroup-layouts', parse: text(placeOf), seeds: cgroups },
  {
    name: 'process-event',
    parse: (bytes) =>
      parseProcessEvent(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength),
    seeds: [Buffer.from(processEventsRequest('listen', 7)).toString('latin1').padEnd(76, '\0')],
  },
  { name: 'cgroup-files', parse: text(isCgroupFile), seeds: ['cgroup.procs', 'memory.max', id] },
  { name: 'cmdline', parse: text(parseCmdline), seeds: arguments_ },
  {
    name: 'redact',
    parse: text((given) => [
      redactions.secrets(given.split('\0')),
      redactions.strict(given.split('\0')),
      redactComm(given),
    ]),
    seeds: arguments_,
  },
  {
    name: 'flags',
    parse: text((given) => parseFlags(given.split('\0'), new Set(['-d', '--detach']))),
    seeds: arguments_,
  },
  {
    name: 'kata-paths',
    parse: text(sandboxIn),
    seeds: [`/run/vc/vm/${id}/qmp.sock`, `--shared-dir=/run/kata-containers/shared/sandboxes/${id}/shared`],
  },
  { name: 'recognisers', parse: text(recognizeAll), seeds: arguments_ },
  {
    name: 'credentials',
    parse: text(parseCredentials),
    seeds: ['Name:\tx\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t1 2\nCapEff:\t000001ffffffffff\nSeccomp:\t2\n'],
  },
  { name: 'status', parse: text(parseInnerPids), seeds: ['Name:\tx\nNSpid:\t100\t7\t1\n'] },
  {
    name: 'freezer',
    parse: text((given) => [parseFreezerState(given), parseCgroupEvents(given)]),
    seeds: ['FROZEN\n', 'populated 1\nfrozen 0\n'],
  },
  {
    name: 'host-files',
    parse: text((given) => Object.values(hostFiles).map((parse) => parse(given))),
    seeds: ['cpu 1\nbtime 1788220800\n', '600.00 1.00\n', '0.1 0.2 0.3 1/234 567\n', 'KernelPageSize:        4 kB\n'],
  },
  {
    name: 'link',
    parse: text((given) => [parseLink(given), parseInodeLink(given)]),
    seeds: ['/usr/bin/x (deleted)', 'socket:[100]', 'pid:[4026531836]'],
  },
  {
    name: 'mountinfo',
    parse: text((given) => [
      parseBundleMounts(given, 'x'),
      parseOrigin(given),
      mountedAt(given, { device: '8:1', path: '/var/lib/x' }),
    ]),
    seeds: [mountinfo],
  },
  { name: 'procfs-mount', parse: text((given) => parseProcfsMount(given, '0:5')), seeds: [mountinfo] },
  { name: 'bundle config', parse: text(parseBundleConfig), seeds: [config] },
  {
    name: 'bundle address',
    parse: text((given) => [parseBootstrap(given), parseAddress(given)]),
    seeds: [
      'unix:///run/containerd/s/0a43',
      '{"version":2,"address":"unix:///run/containerd/s/0a43","protocol":"ttrpc"}',
    ],
  },
  { name: 'json-part', parse: text((given) => jsonMember(given, 'annotations')), seeds: [config] },
  {
    name: 'runc-state',
    parse: text(parseRuncState),
    seeds: [`{"id":"${id}","init_process_pid":7,"init_process_start":100,"config":{"labels":["bundle=/b","a=b"]}}`],
  },
  {
    name: 'tcp',
    parse: text(parseTcpListeners),
    seeds: [
      '  sl  local_address rem_address   st\n   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1\n',
    ],
  },
  {
    name: 'unix',
    parse: text(parseUnixSockets),
    seeds: [
      'Num       RefCount Protocol Flags    Type St Inode Path\n0000000000000000: 00000002 00000000 00010000 0001 01 100 /run/x y.sock\n0000000000000000: 00000002 00000000 00010000 0001 03 7 @abstract\n',
    ],
  },
  { name: 'recording', parse: parseRecording, seeds: [recording], refusesWith: DamagedRecording },
  { name: 'excerpt', parse: playExcerpt, seeds: [excerpt], refusesWith: DamagedExcerpt },
  { name: 'web config', parse: text(parseWebConfig), seeds: [webConfig], ownFile: true, refusesWith: BrokenWebConfig },
  {
    name: 'listen address',
    parse: text(parseListenAddress),
    seeds: ['127.0.0.1:19256', '[::1]:0', ':80', 'localhost:65536'],
  },
  { name: 'since', parse: text(parseSince), seeds: ['0a1b2c3d:17', 'x:y:0'] },
  {
    name: 'options',
    parse: text((given) => parsedOptions.map((name) => answerOf(() => options[name].parse(given)))),
    seeds: ['30s', '1.5h', '2', 'a.example,[::1],*', 'https://node:1/', '/proc///'],
  },
]

/** All options see every text: what one refuses, the next may take. */
function answerOf(parse: () => unknown): unknown {
  try {
    return parse()
  } catch (error) {
    if (error instanceof UnsuitableValue) return error.message
    throw error
  }
}

/** Every runtime is asked about every process, whatever it is called. */
function recognizeAll(given: string): unknown {
  const argv = given.split('\0')
  const common = {
    key: '9@7',
    pid: 9,
    comm: argv.at(-1)?.slice(0, 15) ?? '',
    state: 'S',
    ppid: 1,
    pgrp: 9,
    session: 9,
  } as const
  return runtimes.map(({ recognize }) =>
    recognize({
      ...common,
      kernelThread: false,
      exiting: false,
      startTicks: 7,
      usage: { cpuTicks: 0, threads: 1, rssPages: 1, readAtMs: 0 },
      cgroup: { kind: 'gone' },
      argv: { kind: 'known', value: argv },
      detail: undefined,
    }),
  )
}

/** Two moments: a shim is leaked, and a container gone. */
function writtenExcerpt(): string {
  const first = aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()] })
  const shims = [aShim({ bundleDeleted: true })]
  const second = aSnapshot({ ...first, seq: 2, shims, containers: [], verdicts: [aVerdict()] })
  const { events } = present(diff(first, second))
  const time = '2026-11-01T12:00:00.000Z'
  const writer = new ExcerptWriter()
  return [
    writer.begin({ node: 'node-1', around: time, from: time, until: time, by: 'a test' }),
    writer.moment({ snapshot: first, events: [] }),
    writer.gap('nobody looked'),
    writer.moment({ snapshot: second, events }),
    writer.end(),
  ].join('')
}

/** What is taken can be shown. */
function playExcerpt(bytes: Buffer): unknown {
  const { moments } = parseExcerpt(bytes, faultIn)
  const style = { color: false, width: 80, charset: 'utf8' } as const
  return moments.map(({ snapshot }) => [renderTree(snapshot, style), renderVerdicts(snapshot, style)])
}
