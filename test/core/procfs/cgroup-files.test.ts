import { expect, it } from 'vitest'
import { isCgroupFile } from '../../../src/core/procfs/cgroup-files.ts'

it.each(['cgroup.procs', 'memory.stat', 'cpu.pressure', 'cpuacct.usage', 'tasks', 'notify_on_release', 'io.max'])(
  '%s is a file',
  (name) => expect(isCgroupFile(name)).toBe(true),
)

it.each(['system.slice', 'cri-containerd-1f.scope', 'kubepods', 'memory', 'docker', '1f.tasks', 'init.scope'])(
  '%s may be a cgroup',
  (name) => expect(isCgroupFile(name)).toBe(false),
)
