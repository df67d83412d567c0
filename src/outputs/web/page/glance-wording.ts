import type { Container, Severity, Shim, Snapshot } from '../../../core/model/snapshot.ts'
import { type Mark, severityMark, stateMark, supervisionMark } from './wording.ts'

/** One tile of the overview: what it counts, how many, and of which kinds. */
export interface Tile {
  readonly title: string
  readonly total: string
  readonly parts: readonly Part[]
}

export interface Part extends Mark {
  /** What to search the tree for, to see exactly these. */
  readonly search?: string
}

type Shown = Pick<Snapshot, 'daemons' | 'shims' | 'containers' | 'verdicts' | 'pass'>

/** The node in five numbers. */
export function tiles({ daemons, shims, containers, verdicts, pass }: Shown): readonly Tile[] {
  const firing = verdicts.filter(({ status }) => status === 'firing')
  const pending = verdicts.length - firing.length
  const severities = (['critical', 'warning', 'info'] as const).flatMap((severity) =>
    part(firing.filter((verdict) => verdict.severity === severity).length, severityMark(severity as Severity)),
  )
  return [
    {
      title: 'verdicts',
      total: String(firing.length),
      parts: [
        ...(verdicts.length === 0 ? [{ sign: '●', text: 'nothing wrong', tone: 'good' as const }] : severities),
        ...part(pending, { sign: '◌', text: 'pending', tone: 'quiet' }),
      ],
    },
    {
      title: daemons.length === 1 ? 'daemon' : 'daemons',
      total: String(daemons.length),
      parts: counts(daemons, ({ runtime }) => runtime, plain),
    },
    {
      title: shims.length === 1 ? 'shim' : 'shims',
      total: String(shims.length),
      parts: [
        ...counts(
          shims,
          ({ supervision }) => supervision,
          (word) => supervisionMark(word as Shim['supervision']),
        ),
        ...counts(shims, ({ relation }) => relation, plain),
      ],
    },
    {
      title: containers.length === 1 ? 'container' : 'containers',
      total: String(containers.length),
      parts: counts(
        containers,
        ({ state }) => state,
        (word) => stateMark(word as Container['state']),
      ),
    },
    {
      title: pass.processes === 1 ? 'process' : 'processes',
      total: pass.processes.toLocaleString('en'),
      parts: [
        {
          sign: '',
          text: `${pass.threads.toLocaleString('en')} ${pass.threads === 1 ? 'thread' : 'threads'}`,
          tone: 'quiet',
        },
        { sign: '', text: `pass ${pass.durationMs.toFixed(pass.durationMs < 10 ? 1 : 0)} ms`, tone: 'quiet' },
      ],
    },
  ]
}

const plain = (text: string): Mark => ({ sign: '', text, tone: 'quiet' })

const part = (count: number, mark: Mark): Part[] => (count === 0 ? [] : [{ ...mark, text: `${count} ${mark.text}` }])

/** The most frequent first. */
function counts<T>(items: readonly T[], wordOf: (item: T) => string, markOf: (word: string) => Mark): Part[] {
  const numbers = new Map<string, number>()
  for (const item of items) numbers.set(wordOf(item), (numbers.get(wordOf(item)) ?? 0) + 1)
  return [...numbers]
    .sort((a, b) => b[1] - a[1])
    .flatMap(([word, number]) => part(number, markOf(word)).map((made) => ({ ...made, search: word })))
}
