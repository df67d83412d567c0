import type { Command } from './command.ts'
import { doctor } from './doctor.ts'
import { events } from './events.ts'
import { explain } from './explain.ts'
import { record } from './record.ts'
import { runtimes } from './runtimes.ts'
import { serve } from './serve.ts'
import { snapshot } from './snapshot.ts'
import { tree } from './tree.ts'
import { verdicts } from './verdicts.ts'
import { watch } from './watch.ts'

/** Every command, in the order in which `--help` shows them. */
export const commands: readonly Command[] = [
  serve,
  tree,
  snapshot,
  verdicts,
  events,
  watch,
  record,
  doctor,
  runtimes,
  explain,
]
