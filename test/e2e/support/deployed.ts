import { spawnSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import { project } from './world.ts'

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

/** As kubectl renders it, with the directories of the node that its volumes are. */
export function deployed(folder: string): { container: Deployed; volumes: ReadonlyMap<string, string> } {
  const { stdout } = spawnSync('kubectl', ['kustomize', `${project}/deploy/kubernetes/${folder}`], { encoding: 'utf8' })
  const manifests = parseAllDocuments(stdout).map((document) => document.toJS())
  const { spec } = manifests.find(({ kind }) => kind === 'DaemonSet').spec.template
  const volumes = spec.volumes.map((volume: { name: string; hostPath: { path: string } }) => [
    volume.name,
    volume.hostPath.path,
  ])
  return { container: spec.containers[0], volumes: new Map(volumes) }
}
