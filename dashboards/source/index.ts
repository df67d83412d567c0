import type { Board } from './board.ts'
import { fleet } from './fleet.ts'
import { incident } from './incident.ts'
import { node } from './node.ts'

/** Every dashboard: its file is `dashboards/UID.json`. */
export const boards: readonly Board[] = [fleet, node, incident]
