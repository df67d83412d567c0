import { existsSync, readlinkSync } from 'node:fs'
import { firstNamespace, parseInodeLink } from '../core/procfs/link.ts'
import type { ProcessEvent } from '../core/procfs/process-event.ts'
import type { ConnectorObstacle, ConnectorTrial } from '../core/model/sight.ts'
import { type ConnectorSocket, openConnector } from './connector-socket.ts'
import { Announcements } from './announcements.ts'
import { BriefContainers } from './brief-containers.ts'
import { Kin } from './kin.ts'
import { Numbering } from './numbering.ts'
import type { LivePaths } from './live.ts'
import type { News, WakeUps } from './wake-ups.ts'

/** 10,000 events that came while this thread was busy. It is the kernel's memory, and taken only when they come. */
const BUFFER_BYTES = 8 * 1024 * 1024
/** Between two drainings while events keep coming: short after one that mattered, longer and longer in a flood. */
const PAUSE_MS = { least: 2, most: 16 } as const

/** Until there is nothing more to be heard; each takes thousands of events. */
const MOST_DRAININGS = 8

/** For tests: how much room the kernel has. */
interface Room {
  readonly bufferBytes?: number
}

/**
 * The process connector: the kernel itself tells of every process that begins, becomes another program or ends. It takes
 * the first namespaces, koffi, and CAP_NET_ADMIN on kernels before 6.6; nothing is written and nobody is slowed down but
 * by the sending. drivers/connector/cn_proc.c
 */
export function connectorWakeUps({ procfs }: Pick<LivePaths, 'procfs'>, room: Room = {}): WakeUps | ConnectorObstacle {
  const obstacle = obstacleIn(procfs)
  if (obstacle !== undefined) return obstacle
  const opened = openConnector({ bufferBytes: room.bufferBytes ?? BUFFER_BYTES })
  return typeof opened === 'string' ? opened : wakeUpsOf(opened, procfs)
}

/** Whether it can be heard here: opened, and closed at once. */
export function tryConnector(paths: Pick<LivePaths, 'procfs'>): ConnectorTrial {
  const wakeUps = connectorWakeUps(paths)
  if (typeof wakeUps === 'string') return wakeUps
  wakeUps.close()
  return 'heard'
}

function wakeUpsOf(socket: ConnectorSocket, procfs: string): WakeUps {
  const brief = new BriefContainers(procfs)
  const kin = new Kin(brief)
  const numbering = new Numbering()
  const announcements = new Announcements()
  let wake: (news: News) => void = () => {}
  let heard = 0
  let told = 0
  let overflows = 0
  let pause: NodeJS.Timeout | undefined
  let pauseMs: number = PAUSE_MS.least

  /** @returns whether there was any event. */
  function drain(): boolean {
    const heardBefore = heard
    const toldBefore = told
    const nowMs = performance.now()
    let news: News | undefined
    let isLost = false
    const hear = (event: ProcessEvent) => {
      heard += 1
      if (numbering.skippedBefore(event)) isLost = true
      announcements.hear(event)
      const weight = kin.weigh(event, nowMs)
      if (weight === undefined) return
      told += 1
      if (news !== 'done') news = weight
    }
    const dropped = socket.drain(hear)
    if (dropped > 0 || isLost) {
      overflows += Math.max(dropped, 1)
      kin.forget()
      announcements.miss()
      news = 'done'
    }
    pauseMs = told > toldBefore ? PAUSE_MS.least : Math.min(pauseMs * 2, PAUSE_MS.most)
    if (news !== undefined) wake(news)
    return heard > heardBefore
  }

  /** As long as events keep coming they are not waited for one by one. */
  function drainOn(): void {
    clearTimeout(pause)
    if (!drain()) {
      pauseMs = PAUSE_MS.least
      socket.callOnce(drainOn)
      // What came before it was asked to call.
      if (!drain()) return
    }
    pause = setTimeout(drainOn, pauseMs)
    pause.unref()
  }

  return {
    start(listener) {
      wake = listener
      drainOn()
    },
    follow(seen) {
      brief.follow(seen)
      const news = kin.follow(seen, performance.now())
      if (news !== undefined) wake(news)
    },
    announced() {
      let left = MOST_DRAININGS
      while (left > 0 && drain()) left -= 1
      // There is more than can be heard: by the time it is, something else has happened.
      if (left === 0) announcements.miss()
      return announcements.take()
    },
    counts: () => ({
      events: { process: told },
      watched: {},
      refused: new Map(),
      overflows,
      processEvents: { heard, lost: numbering.lost, briefContainers: brief.count(performance.now()) },
    }),
    close() {
      wake = () => {}
      clearTimeout(pause)
      socket.close()
    },
  }
}

/** What can be known without a try. Pids are those of the first namespace: the procfs must call us what we are called. */
function obstacleIn(procfs: string): ConnectorObstacle | undefined {
  const link = (path: string): string | undefined => {
    try {
      return readlinkSync(`${procfs}/${path}`)
    } catch {
      return undefined
    }
  }
  const isFirst = (kind: keyof typeof firstNamespace) =>
    parseInodeLink(link(`self/ns/${kind}`) ?? '') === firstNamespace[kind]
  if (link('self') !== String(process.pid)) return 'procfs'
  if (!isFirst('pid') || !isFirst('user')) return 'namespaces'
  // Only the first network namespace has this file. drivers/connector/connector.c, cn_init
  return existsSync(`${procfs}/self/net/connector`) ? undefined : 'network-namespace'
}
