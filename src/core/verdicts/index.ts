import type { VerdictRule } from '../model/verdict.ts'
import { containerInitZombie } from './container-init-zombie.ts'
import { containerShimless } from './container-shimless.ts'
import { containerZombies } from './container-zombies.ts'
import { engineStuck } from './engine-stuck.ts'
import { sandboxDead } from './sandbox-dead.ts'
import { shimAbandoned } from './shim-abandoned.ts'
import { shimCreateAborted } from './shim-create-aborted.ts'
import { shimDaemonless } from './shim-daemonless.ts'
import { shimExitUncollected } from './shim-exit-uncollected.ts'
import { shimLeaked } from './shim-leaked.ts'
import { shimTransientStuck } from './shim-transient-stuck.ts'
import { shimWedged } from './shim-wedged.ts'
import { shimZombie } from './shim-zombie.ts'

/** Everything that we can find wrong with a node. */
export const verdictRules: readonly VerdictRule[] = [
  shimAbandoned,
  shimLeaked,
  shimDaemonless,
  shimWedged,
  shimExitUncollected,
  shimCreateAborted,
  shimZombie,
  shimTransientStuck,
  engineStuck,
  containerShimless,
  sandboxDead,
  containerInitZombie,
  containerZombies,
]
