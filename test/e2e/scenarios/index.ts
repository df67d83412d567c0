import { bareScenarios } from './bare.ts'
import { creationScenarios } from './creation.ts'
import { dockerScenarios } from './docker.ts'
import { doubleScenarios } from './doubles.ts'
import { engineScenarios } from './engines.ts'
import { fourKills } from './four-kills.ts'
import { healthyScenarios } from './healthy.ts'
import { letGo } from './let-go.ts'
import { liesScenarios } from './lies.ts'
import { litterScenarios } from './litter.ts'
import { nestedScenarios } from './nested.ts'
import { podScenarios } from './pods.ts'
import { sandboxScenarios } from './sandboxes.ts'
import { podmanScenarios } from './podman.ts'
import type { Scenario } from './scenario.ts'
import { stuckScenarios } from './stuck.ts'
import { upgradeScenarios } from './upgrades.ts'
import { zombieScenarios } from './zombies.ts'

/** Every scenario that runs for real. Those that have to grow old come first. */
export const scenarios: readonly Scenario[] = [
  ...creationScenarios,
  ...stuckScenarios,
  ...engineScenarios,
  ...letGo,
  ...sandboxScenarios,
  ...zombieScenarios,
  ...fourKills,
  ...upgradeScenarios,
  ...doubleScenarios,
  ...litterScenarios,
  ...podScenarios,
  ...dockerScenarios,
  ...podmanScenarios,
  ...healthyScenarios,
  ...bareScenarios,
  ...nestedScenarios,
  ...liesScenarios,
]
