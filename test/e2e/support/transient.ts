import { readFileSync } from 'node:fs'
import { until } from './until.ts'
import type { World } from './world.ts'

/**
 * Stops the next `start` or `delete` invocation of a shim by a containerd. These live for some milliseconds, so the
 * watcher runs inside, before everybody else on a busy machine (`nice`), reads the children of containerd without pause,
 * and is running before its prey can start.
 */
export async function stopTransient(
  world: World,
  containerd: number,
  verb: 'start' | 'delete',
): Promise<() => Promise<number>> {
  const watcher = `
    const { readdirSync, readFileSync } = require('node:fs')
    const children = (thread) => readFileSync('/proc/${containerd}/task/' + thread + '/children', 'utf8').split(' ').filter(Boolean)
    console.log('watching')
    for (;;) {
      try {
        for (const pid of readdirSync('/proc/${containerd}/task').flatMap(children)) {
          if (!readFileSync('/proc/' + pid + '/cmdline', 'utf8').endsWith('\\0${verb}\\0')) continue
          process.kill(Number(pid), 'SIGSTOP')
          console.log('stopped ' + pid)
          process.exit()
        }
      } catch {}
    }`
  const log = '/run/watcher.log'
  const said = (pattern: RegExp) => () => pattern.exec(readFileSync(world.path(log), 'utf8'))
  await world.start(log, 'nice', '-n', '-20', process.execPath, '-e', watcher)
  await until('the watcher watches', said(/watching/))
  return async () => Number((await until(`a shim's ${verb} was stopped`, said(/stopped (\d+)/)))[1])
}
