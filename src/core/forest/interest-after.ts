import type { InterestOf, ProcessSample, Wanted } from '../model/process.ts'
import { bystandersIn, hingesIn, type Tells } from './bystanders.ts'
import { interestIn } from './interest.ts'

/** On whom it hangs that these are wanted. */
const hingesOf = new WeakMap<ReadonlyMap<number, Wanted>, ReadonlySet<number>>()

/** Whom to read more of: those found last, where only bystanders have changed since. */
export const interestAfter =
  (tells: Tells): InterestOf =>
  (processes, before) => {
    const hinges = before === undefined ? undefined : hingesOf.get(before.wanted)
    if (before !== undefined && hinges !== undefined) {
      if (bystandersIn({ processes: before.processes, hinges }, processes, tells) !== undefined) return before.wanted
    }
    const wanted = interestIn(processes, tells.recognizeOne)
    hingesOf.set(wanted, hingesIn(processes, isHinge(wanted, tells)))
    return wanted
  }

const isHinge =
  (wanted: ReadonlyMap<number, Wanted>, { recognizeOne, resembles }: Tells) =>
  (process: ProcessSample): boolean =>
    wanted.has(process.pid) || recognizeOne(process) !== undefined || resembles(process) !== undefined
