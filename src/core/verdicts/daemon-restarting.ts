import type { Forest } from '../model/forest.ts'
import type { DaemonLife } from '../model/memory.ts'
import type { VerdictRule } from '../model/verdict.ts'

/** An upgrade restarts a daemon once or twice; a third time within the minutes that are remembered is a loop. */
const LOOP = 3

/** The daemon starts, ends, and is started again: its containers go on, and nothing can be asked about them. */
export const daemonRestarting: VerdictRule = {
  code: 'daemon-restarting',
  severity: 'critical',
  title: 'a daemon that keeps being restarted',
  resembles: [
    'containerd/containerd#13848',
    'containerd/containerd#2578',
    'containerd/containerd#3440',
    'google/gvisor#14427',
  ],
  yieldsTo: ['shim-wedged'],
  judge: (forest, { daemonLives }) =>
    [...daemonLives.values()].flatMap((lives) => {
      const ended = lives.filter(({ endedMs }) => endedMs !== null)
      const latest = lives.at(-1)
      if (latest === undefined || ended.length < LOOP) return []
      // Two that live side by side are two daemons with one command line, and no successor of each other.
      if (lives.length - ended.length > 1) return []
      const address = lives.findLast(({ addresses }) => addresses.length > 0)?.addresses[0]
      // Addresses repeat where nodes are nested.
      const name = `${address ?? latest.program}${latest.within === null ? '' : ` in ${latest.within}`}`
      return {
        subject: { kind: 'daemon' as const, id: name, ...(latest.endedMs === null ? { pid: latest.pid } : {}) },
        severity: 'critical' as const,
        summary: `${latest.program}${address === undefined ? '' : ` at ${address}`} keeps ending and being started again`,
        evidence: [
          ...ended.slice(-LOOP).map(({ pid, key }) => ({
            source: `ps -o pid,lstart,args -p ${pid}`,
            observed: `${latest.program} ran as pid ${pid}, started at tick ${key.slice(key.indexOf('@') + 1)}, and is gone`,
          })),
          {
            source: `ps -o pid,lstart,args -p ${latest.pid}`,
            observed: `${latest.program} ${latest.endedMs === null ? 'runs' : 'ran last'} as pid ${latest.pid}`,
          },
        ],
        next: 'The containers go on without it. Its own log says why it ends (journalctl -u, dmesg). Do not end shims to help it: see whether one of them answers nobody.',
        // The third end is what made it a loop.
        provenAgeMs: forest.host.uptimeMs - (ended.at(LOOP - 1)?.endedMs ?? forest.host.uptimeMs),
        explains: shimsOf(forest, lives).map(({ node }) => node.process.key),
      }
    }),
}

/** Those that name an address of it; or, where it never came to listen, those that need such a daemon. */
function shimsOf({ shims }: Forest, lives: readonly DaemonLife[]) {
  const addresses = new Set(lives.flatMap((life) => life.addresses))
  const [life] = lives
  return shims.filter(({ address, recognition, within }) =>
    addresses.size > 0
      ? address !== null && addresses.has(address)
      : life !== undefined &&
        life.within === (within?.key ?? null) &&
        recognition.runtime.expects.daemons.includes(life.program),
  )
}
