/** Elements of a collection in which the same numbers changed, as measurements do, and nothing else. */
export interface Drift {
  /** Where they stood before, each counted from the one ahead of it. */
  readonly at: readonly number[]
  /** By field: a unit, and how many of it each element rose by. */
  readonly by: Readonly<Record<string, readonly [unit: number, ...rises: number[]]>>
}

/** Where an element stood, and its numbers before and after. */
export interface Rise {
  readonly index: number
  readonly from: Readonly<Record<string, number>>
  readonly to: Readonly<Record<string, number>>
}

/**
 * Rises of elements in the order of their places, all of the same fields; `undefined` where a number is too large or too
 * fine to come out of it as it went in. Small whole numbers are most of it, and take a byte or two each when packed.
 */
export function driftOf(rises: readonly Rise[]): Drift | undefined {
  const by: Record<string, readonly [number, ...number[]]> = {}
  for (const field of Object.keys(rises[0]?.to ?? {})) {
    const steps = rises.map(({ from, to }) => hundredths(Number(to[field])) - hundredths(Number(from[field])))
    const unit = steps.reduce(divisor, 0) || 1
    const told = [unit / HUNDRED, ...steps.map((step) => step / unit)] as const
    if (rises.some(({ from, to }, place) => risen(Number(from[field]), told, place) !== to[field])) return undefined
    by[field] = told
  }
  return { at: rises.map(({ index }, place) => index - (rises[place - 1]?.index ?? 0)), by }
}

/** Where each element stood, and its numbers after; `before` gives what stood there. */
export function* rises(
  { at, by }: Drift,
  before: (index: number) => object | undefined,
): Generator<readonly [index: number, fields: Readonly<Record<string, number>>]> {
  let index = 0
  for (const [place, gap] of at.entries()) {
    index += gap
    const from = before(index) as Readonly<Record<string, number>> | undefined
    yield [
      index,
      Object.fromEntries(Object.entries(by).map(([field, told]) => [field, risen(from?.[field] ?? 0, told, place)])),
    ]
  }
}

/** Ticks of the processor are hundredths of a second; all else that is measured is counted. proc_pid_stat(5) */
const HUNDRED = 100

const hundredths = (value: number): number => Math.round(value * HUNDRED)

const risen = (from: number, told: readonly number[] = [], place: number): number =>
  hundredths(from + (told[0] ?? 0) * (told[place + 1] ?? 0)) / HUNDRED

const divisor = (a: number, b: number): number => {
  let [large, small] = [Math.abs(a), Math.abs(b)]
  while (small > 0) [large, small] = [small, large % small]
  return large
}
