import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A directory of procfs's shape, and one of cgroupfs's: a node on which a fault can be put anywhere. */
export interface NodeDirectory {
  readonly path: string
  /** For any command that looks. */
  readonly options: readonly string[]
  write(name: string, text: string | Buffer): void
  /** Whoever opens its environ hangs, since nobody may read that; of those above 1,000, which may be many, it has none. */
  addProcess(pid: number, ppid: number, comm: string, argv?: readonly string[]): void
  /** Nobody writes into it, so that whoever opens it to read waits in the kernel: as with a lock of the process. */
  hang(name: string): void
  /** Somebody opens the other end, and the reading returns. */
  release(name: string): void
  remove(): void
}

/** Processes 1, 7 and 8. */
export function nodeDirectory(): NodeDirectory {
  const path = mkdtempSync(join(tmpdir(), 'shimscope-faults-'))
  const node: NodeDirectory = {
    path,
    options: ['--path.procfs', join(path, 'proc'), '--path.cgroupfs', join(path, 'cgroup')],
    write(name, text) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), text)
    },
    addProcess(pid, ppid, comm, argv = [`/sbin/${comm}`]) {
      node.write(
        `proc/${pid}/stat`,
        `${pid} (${comm}) S ${ppid} ${pid} ${pid} 0 -1 4194560 0 0 0 0 1 1 0 0 20 0 1 0 ${pid} 0 0\n`,
      )
      node.write(`proc/${pid}/cgroup`, '0::/\n')
      node.write(`proc/${pid}/cmdline`, argv.map((arg) => `${arg}\0`).join(''))
      if (pid < 1_000) node.hang(`proc/${pid}/environ`)
    },
    hang(name) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      rmSync(join(path, name), { force: true })
      execFileSync('mkfifo', [join(path, name)])
    },
    release: (name) => closeSync(openSync(join(path, name), 'w')),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
  node.write('proc/stat', 'btime 1788220800\n')
  node.write('proc/uptime', '600.00 1.00\n')
  node.write('proc/sys/kernel/hostname', 'node-1\n')
  node.write('proc/sys/kernel/random/boot_id', '0\n')
  node.write('cgroup/cgroup.controllers', 'pids\n')
  node.addProcess(1, 0, 'init')
  node.addProcess(7, 1, 'seven')
  node.addProcess(8, 1, 'eight')
  return node
}
