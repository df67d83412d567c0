import type { ContainerBranch, EngineBranch, TreeNode } from '../model/forest.ts'
import type { ProcessSample } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import type { ContainerRoot } from './containers.ts'

/** What runc calls the process that waits for `start`. libcontainer/nsenter/nsexec.c, libcontainer/init_linux.go */
const WAITING = 'runc:[2:INIT]'

/** An engine that calls itself so and leads a session of its own waits inside the container; earlier stages do neither. */
export const waitsInside = ({ node, recognition }: EngineBranch): boolean =>
  recognition.verb === 'init' && node.process.session === node.process.pid

/**
 * The OCI state of a container, inferred.
 * @param creation the engine that is creating it, if one is at work.
 * @param waiting engines that wait for `start` inside their containers.
 */
export function stateOf(
  container: ContainerRoot,
  creation: TreeNode | undefined,
  waiting: ReadonlySet<TreeNode>,
): ContainerBranch['state'] {
  const { init, bundle, freezer, members } = container
  const written = bundle?.initPid
  if (creation !== undefined && written?.kind !== 'known') return 'creating'
  // Without the pid there is no telling whether it stopped or never was.
  if (init === null) return container.initIsGone ? 'stopped' : members.length > 0 ? 'running' : 'unknown'
  if (init.process.state === 'X' || (init.process.state === 'Z' && !hasLivingThread(init.process))) return 'stopped'
  if (init.process.comm === WAITING || waiting.has(init)) return creation === undefined ? 'created' : 'creating'
  if (freezer === null) return 'running'
  // Whoever is in a cgroup has one: if its files are gone, its file system is (unmounted), and it may be paused.
  if (freezer.state.kind !== 'known') return 'unknown'
  return freezer.state.value === 'FROZEN' ? 'paused' : 'running'
}

/** A program may end its first thread and go on in others: a zombie to look at, and running. pthread_exit(3) */
function hasLivingThread({ detail }: ProcessSample): boolean {
  const threads = detail === undefined ? null : valueOf(detail.threadStates)
  return threads?.some(({ state }) => state !== 'Z' && state !== 'X') === true
}
