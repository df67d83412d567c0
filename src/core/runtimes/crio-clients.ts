import type { Client } from '../model/runtime.ts'

/** CRI-O has one client, and no namespaces to tell clients apart by. */
export const crioClients: readonly Client[] = [
  { containerdNamespace: null, manages: 'cri-o', through: ['kubelet', 'crio'], collects: false, sandboxes: false },
]
