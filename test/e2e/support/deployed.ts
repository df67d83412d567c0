import { spawnSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import { project } from './world.ts'

/** A directory of the node, or one that is made empty for the pod and that everybody in it may write to. */
export interface Volume {
  readonly hostPath?: { readonly path: string }
  readonly emptyDir?: { readonly sizeLimit: string }
}

/** The agent's container as the manifests of a folder deploy it. */
export interface Deployed {
  readonly image: string
  readonly args: readonly string[]
  readonly securityContext: {
    readonly runAsUser: number
    readonly runAsGroup: number
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] }
  }
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

/** As kubectl renders it, with what its volumes are. */
export function deployed(folder: string): { container: Deployed; volumes: ReadonlyMap<string, Volume> } {
  const { stdout } = spawnSync('kubectl', ['kustomize', `${project}/deploy/kubernetes/${folder}`], { encoding: 'utf8' })
  const manifests = parseAllDocuments(stdout).map((document) => document.toJS())
  const { spec } = manifests.find(({ kind }) => kind === 'DaemonSet').spec.template
  const volumes = spec.volumes.map((volume: Volume & { name: string }) => [volume.name, volume])
  return { container: spec.containers[0], volumes: new Map(volumes) }
}
