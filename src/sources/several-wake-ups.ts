import type { SourceCounts, WakeUps } from './wake-ups.ts'

/** Whatever one of them hears is told; what the others hear is taken for a hint at what the first will tell. */
export function severalWakeUps(first: WakeUps, ...others: readonly WakeUps[]): WakeUps {
  const all = [first, ...others]
  return {
    start(wake) {
      first.start(wake)
      for (const one of others) one.start(() => wake('hint'))
    },
    follow(seen) {
      for (const one of all) one.follow(seen)
    },
    ...(first.announced === undefined ? {} : { announced: first.announced.bind(first) }),
    counts: () => all.map((one) => one.counts()).reduce(added),
    close() {
      for (const one of all) one.close()
    },
  }
}

/** Each source counts what only it has; of what they share the sum is told. */
function added(a: SourceCounts, b: SourceCounts): SourceCounts {
  const processEvents = a.processEvents ?? b.processEvents
  return {
    events: { ...a.events, ...b.events },
    watched: { ...a.watched, ...b.watched },
    refused: new Map([...a.refused, ...b.refused]),
    overflows: a.overflows + b.overflows,
    ...(processEvents === undefined ? {} : { processEvents }),
  }
}
