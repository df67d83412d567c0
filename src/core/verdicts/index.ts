import type { VerdictRule } from '../model/verdict.ts'
import { bundleLitter } from './bundle-litter.ts'
import { cgroupDriverMismatch } from './cgroup-driver-mismatch.ts'
import { cgroupLitter } from './cgroup-litter.ts'
import { containerBlocked } from './container-blocked.ts'
import { containerIdMismatch } from './container-id-mismatch.ts'
import { containerInitZombie } from './container-init-zombie.ts'
import { containerShimless } from './container-shimless.ts'
import { containerTwin } from './container-twin.ts'
import { containerZombies } from './container-zombies.ts'
import { daemonRestarting } from './daemon-restarting.ts'
import { engineStuck } from './engine-stuck.ts'
import { nodePidsExhaustion } from './node-pids-exhaustion.ts'
import { rootfsBusy } from './rootfs-busy.ts'
import { sandboxDead } from './sandbox-dead.ts'
import { shimAbandoned } from './shim-abandoned.ts'
import { shimAbstractSocket } from './shim-abstract-socket.ts'
import { shimBinaryReplaced } from './shim-binary-replaced.ts'
import { shimBloated } from './shim-bloated.ts'
import { shimCreateAborted } from './shim-create-aborted.ts'
import { shimDaemonless } from './shim-daemonless.ts'
import { shimDuplicate } from './shim-duplicate.ts'
import { shimExitUncollected } from './shim-exit-uncollected.ts'
import { shimLeaked } from './shim-leaked.ts'
import { shimReaperStuck } from './shim-reaper-stuck.ts'
import { shimTransientStuck } from './shim-transient-stuck.ts'
import { shimWedged } from './shim-wedged.ts'
import { shimZombie } from './shim-zombie.ts'
import { vmLeftover } from './vm-leftover.ts'

/** Everything that we can find wrong with a node. */
export const verdictRules: readonly VerdictRule[] = [
  shimLeaked,
  shimAbandoned,
  shimDaemonless,
  shimWedged,
  shimExitUncollected,
  shimCreateAborted,
  shimDuplicate,
  shimZombie,
  shimReaperStuck,
  shimTransientStuck,
  shimBinaryReplaced,
  shimBloated,
  shimAbstractSocket,
  containerShimless,
  containerTwin,
  containerIdMismatch,
  sandboxDead,
  containerZombies,
  containerInitZombie,
  containerBlocked,
  engineStuck,
  rootfsBusy,
  daemonRestarting,
  cgroupLitter,
  bundleLitter,
  cgroupDriverMismatch,
  nodePidsExhaustion,
  vmLeftover,
]
