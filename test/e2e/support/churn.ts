import { setTimeout as sleep } from 'node:timers/promises'
import type { Containerd } from './containerd.ts'
import { busyboxImage } from './images.ts'

/** One container's life: the id that it has, whether it outlives a pass for sure, and how it goes. */
interface Life {
  readonly name: string
  /** It lives for longer than the interval between two passes, so it must be told of. */
  readonly isLong: boolean
  live(containerd: Containerd, id: string, longMs: number): Promise<unknown>
}

const isGone = async (containerd: Containerd, id: string) => {
  await containerd.ctr('default', 'task', 'delete', '--force', id)
  await containerd.ctr('default', 'container', 'delete', id)
}

const lives: readonly Life[] = [
  {
    name: 'paused',
    isLong: true,
    async live(containerd, id, longMs) {
      await containerd.run(id)
      await containerd.ctr('default', 'task', 'pause', id)
      await sleep(longMs)
      await containerd.ctr('default', 'task', 'resume', id)
      await isGone(containerd, id)
    },
  },
  {
    name: 'brief',
    isLong: false,
    live: (containerd, id) =>
      containerd.ctr('default', 'run', '--rm', '--net-host', busyboxImage, id, 'busybox', 'usleep', '100000'),
  },
  {
    name: 'v1, with a session',
    isLong: true,
    async live(containerd, id, longMs) {
      await containerd.run(id, { runtime: 'io.containerd.runtime.v1.linux' })
      await containerd.ctr('default', 'task', 'exec', '--exec-id', 'session', id, 'true')
      await sleep(longMs)
      await isGone(containerd, id)
    },
  },
  {
    name: 'one of a group',
    isLong: true,
    async live(containerd, id, longMs) {
      await containerd.run(id, { group: 'churn' })
      await sleep(longMs)
      await containerd.ctr('default', 'task', 'kill', '--signal', 'SIGKILL', id)
      await isGone(containerd, id)
    },
  },
]

export interface Churn {
  /** Every container that has come and gone so far. */
  readonly ended: readonly { readonly id: string; readonly life: string; readonly isLong: boolean }[]
  /** So many lives at once, until the time is over and the last of them has ended. */
  goOn(forMs: number): Promise<void>
}

/** Containers that come and go, two at a time: what a node does all day, in a hurry. */
export function churn(containerd: Containerd, longMs: number): Churn {
  const ended: { id: string; life: string; isLong: boolean }[] = []
  let begun = 0
  const goOn = async (untilMs: number) => {
    while (performance.now() < untilMs) {
      const { name, isLong, live } = lives[begun % lives.length] as Life
      const id = `life-${begun++}`
      await live(containerd, id, longMs)
      ended.push({ id, life: name, isLong })
    }
  }
  return {
    ended,
    async goOn(forMs) {
      const untilMs = performance.now() + forMs
      await Promise.all([goOn(untilMs), goOn(untilMs)])
    },
  }
}
