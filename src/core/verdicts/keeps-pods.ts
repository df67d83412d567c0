import type { ShimBranch } from '../model/forest.ts'

/** Whether its daemon's client keeps pods, so that its id is that of a sandbox. */
export const keepsPods = (shim: ShimBranch): boolean =>
  shim.recognition.runtime.expects.clients.some(
    (client) => client.sandboxes && client.containerdNamespace === shim.containerdNamespace,
  )
