import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DirectoryWakeUps, inotifyWakeUps, tryInotify } from '../../src/sources/inotify.ts'
import type { Followed } from '../../src/sources/wake-ups.ts'
import { WatchSet } from '../../src/sources/watch-set.ts'
import { until } from '../e2e/support/until.ts'

/** A tree of the shape of cgroupfs and one of procfs: the directories are real, and so is inotify. */
let root = ''
let open: DirectoryWakeUps[] = []
const cgroupfs = () => join(root, 'cgroup')
const procfs = () => join(root, 'proc')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wake-ups-'))
  for (const path of ['cgroup/freezer/default/a', 'cgroup/unified/default/a', 'proc/7', 'state/default/a'])
    mkdirSync(join(root, path), { recursive: true })
  writeFileSync(at('unified/default/a/cgroup.events'), 'populated 1\n')
  symlinkSync(join(root, 'state/default/a'), join(root, 'proc/7/cwd'))
})
afterEach(() => {
  for (const one of open) one.close()
  open = []
  rmSync(root, { recursive: true, force: true })
})

const shim = (pid: number): Followed['shims'][number] => ({
  key: `${pid}@1`,
  pid,
  bundle: join(root, 'state/default/a'),
  bundleDeleted: false,
})
const seen = (cgroups: readonly string[], shims: Followed['shims'] = []): Followed => ({
  daemons: [],
  containers: cgroups.map((cgroup) => ({ cgroup, initPid: null, execs: [] })),
  shims,
})

interface Watching {
  wakeUps: DirectoryWakeUps
  /** How often it woke since this was asked for last. */
  woke(): number
  /** Waits for the next one. */
  wakes(what: string): Promise<void>
}

/** Follows what is given, and has all watches up. */
async function watching(followed: Followed): Promise<Watching> {
  const wakeUps = inotifyWakeUps({ procfs: procfs(), cgroupfs: cgroupfs() })
  open.push(wakeUps)
  let count = 0
  wakeUps.start(() => {
    count += 1
  })
  wakeUps.follow(followed)
  await quiet()
  const woke = () => {
    const so = count
    count = 0
    return so
  }
  return {
    wakeUps,
    woke,
    async wakes(what) {
      await until(what, () => count > 0)
      await quiet()
      woke()
    },
  }
}

/** Longer than inotify takes by far: that nothing comes cannot be waited for. */
const quiet = () => sleep(50)
const at = (path: string) => join(cgroupfs(), path)

describe('a wake-up', () => {
  it('comes when a cgroup is made or removed, in a pod that is made with it too', async () => {
    const { wakes } = await watching(seen(['/default/a']))
    mkdirSync(at('freezer/default/b'))
    await wakes('a container beside one that is known')
    mkdirSync(at('freezer/kubepods/burstable/pod1/c'), { recursive: true })
    await wakes('a first pod')
    mkdirSync(at('freezer/kubepods/burstable/pod1/d'))
    await wakes('a second container of a pod that no pass has seen')
    rmdirSync(at('freezer/kubepods/burstable/pod1/d'))
    await wakes('its end')
    rmdirSync(at('freezer/default/b'))
    mkdirSync(at('freezer/default/b'))
    await wakes('the same name again')
    writeFileSync(at('freezer/default/b/cgroup.procs'), '1')
    await wakes('its first process, although it was removed before')
  })

  it('comes when the kernel or an engine writes what tells of a container, and for nothing else', async () => {
    const { wakes, woke } = await watching(seen(['/default/a']))
    for (const file of ['unified/default/a/cgroup.events', 'freezer/default/a/freezer.state']) {
      writeFileSync(at(file), '1')
      await wakes(file)
    }
    // Limits, pressure; and who enters a container that is known: a probe, every few seconds.
    for (const file of ['unified/default/a/memory.events', 'freezer/default/a/cgroup.procs', 'unified/cgroup.procs'])
      writeFileSync(at(file), '1')
    // A system in it that has services.
    mkdirSync(at('freezer/default/a/system.slice'))
    await quiet()
    expect(woke()).toBe(0)
  })

  it('comes when a bundle is made, renamed or removed, also when the shim that led there has gone', async () => {
    const { wakes, wakeUps } = await watching(seen([], [shim(7)]))
    expect(wakeUps.counts().watched.bundle).toBe(1)
    wakeUps.follow(seen([]))
    mkdirSync(join(root, 'state/default/b'))
    await wakes('a bundle')
    renameSync(join(root, 'state/default/b'), join(root, 'state/default/.b'))
    await wakes('its renaming')
    rmdirSync(join(root, 'state/default/.b'))
    await wakes('its end')
    expect(wakeUps.counts().events).toMatchObject({ cgroup: 0 })
  })

  it('does not come from a directory that only looks like a bundle', async () => {
    mkdirSync(join(procfs(), '9'))
    symlinkSync(join(root, 'state/default'), join(procfs(), '9/cwd'))
    const { wakeUps } = await watching(seen([], [shim(9)]))
    expect(wakeUps.counts().watched.bundle).toBe(0)
  })
})

describe('what is watched', () => {
  it('is what the containers need, and no more when they have gone', async () => {
    const { wakeUps } = await watching(seen(['/default/a']))
    const before = wakeUps.counts().watched.cgroup
    const many = Array.from({ length: 300 }, (_, n) => `/default/c${n}`)
    for (const path of many) mkdirSync(at(`freezer${path}`))
    wakeUps.follow(seen(['/default/a', ...many]))
    await until('all are watched', () => wakeUps.counts().watched.cgroup === before + 300)
    for (const path of many) rmdirSync(at(`freezer${path}`))
    await quiet()
    wakeUps.follow(seen(['/default/a']))
    expect(wakeUps.counts().watched.cgroup).toBe(before)
    expect(wakeUps.counts().refused).toEqual(new Map())
  })

  it('leaves no descriptor and no inotify watch when it is closed', async () => {
    const inotifies = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).includes('inotify')
        } catch {
          return false
        }
      }).length
    await watching(seen(['/default/a'])).then(({ wakeUps }) => wakeUps.close())
    const before = [readdirSync('/proc/self/fd').length, inotifies()]
    for (let round = 0; round < 20; round += 1) {
      const { wakeUps } = await watching(seen(['/default/a'], [shim(7)]))
      wakeUps.close()
      expect(wakeUps.counts().watched).toEqual({ cgroup: 0, bundle: 0 })
    }
    expect([readdirSync('/proc/self/fd').length, inotifies()]).toEqual(before)
  })

  it('is bounded, and what is beyond is counted', () => {
    const watches = new WatchSet({ most: 2, queue: 16_384 }, () => {})
    const paths = ['freezer', 'freezer/default', 'unified', 'none'].map(at)
    expect(paths.map((path) => watches.add(path, path, () => {}))).toEqual([true, true, false, false])
    expect(watches.refused).toEqual(new Map([['most', 2]]))
    // It is not tried again with every pass.
    watches.add(at('unified'), at('unified'), () => {})
    expect(watches.refused).toEqual(new Map([['most', 2]]))
    watches.close()
  })

  it('is nothing where there is nothing, and the doctor says so', async () => {
    rmSync(cgroupfs(), { recursive: true })
    expect(await tryInotify({ procfs: procfs(), cgroupfs: cgroupfs() }, seen(['/default/a']))).toEqual({
      watched: { cgroup: 0, bundle: 0 },
      refused: {},
    })
  })

  it('is every cgroup where the paths are those of another cgroup namespace, until it goes', async () => {
    const { wakeUps, wakes } = await watching(seen(['/../../pod1/a']))
    // Both hierarchies, `default` and `a` in each, and the events of one.
    expect(wakeUps.counts().watched.cgroup).toBe(7)
    writeFileSync(at('unified/default/a/cgroup.events'), 'populated 0\n')
    await wakes('an exit')
    rmSync(at('unified/default/a'), { recursive: true })
    rmdirSync(at('freezer/default/a'))
    await wakes('the end')
    expect(wakeUps.counts().watched.cgroup).toBe(4)
  })
})

it('a queue that runs over is noticed, and what was made meanwhile is found', async () => {
  const { wakeUps, wakes } = await watching(seen(['/default/a']))
  // The kernel keeps 16,384 events unless told otherwise, and this thread reads none of them meanwhile.
  for (let round = 0; round < 12_000; round += 1) {
    mkdirSync(at('freezer/default/flood'))
    rmdirSync(at('freezer/default/flood'))
  }
  mkdirSync(at('freezer/default/lost'))
  await wakes('the flood')
  expect(wakeUps.counts().overflows).toBe(1)
  writeFileSync(at('freezer/default/lost/cgroup.procs'), '1')
  await wakes('a process in a cgroup whose making was dropped')
})
