import type { ExpectedVerdict } from '../support/agreement.ts'
import type { Node, NodeShape } from '../support/node.ts'
import type { Truth } from '../support/truth.ts'

/** Something that happens on a node, what the runtimes say about it afterwards, and what has to be found wrong. */
export interface Scenario {
  readonly name: string
  /** For the head of a recording: what happened, on which runtime and version. */
  readonly story: string
  readonly node?: NodeShape
  /** It is right for a short time only, so it is looked at once. */
  readonly fleeting?: true
  /** Lets it happen. It returns when the world has come to rest. */
  play(node: Node): Promise<Played>
}

export interface Played {
  readonly truth: Truth
  readonly verdicts: readonly ExpectedVerdict[]
}

/** A healthy end: the runtimes are asked, and nothing is wrong. */
export const healthy = async (node: Node): Promise<Played> => ({ truth: await node.truth(), verdicts: [] })

/** The same containers, when the shims that kept them are gone. */
export const shimless = ({ containers }: Truth): Truth => ({
  shims: [],
  containers: containers.map((container) => ({ ...container, shim: null })),
})
