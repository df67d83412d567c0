import type { NodeEvent } from '../model/event.ts'
import type { StoryMember } from '../model/story.ts'

/** `1 shim`, `12 shims`. */
export const count = (many: number, noun: string): string => `${many} ${noun}${many === 1 ? '' : 's'}`

/** `a`, `a and b`, `a, b and c`. */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`

/** As people say it: `pod default/web`. */
export function podName(event: NodeEvent | undefined): string {
  const pod = event?.facts?.pod
  if (pod === undefined) return 'a pod'
  return `pod ${pod.name === null ? pod.uid : `${pod.namespace ?? '?'}/${pod.name}`}`
}

/** What became of the verdicts of a story: `container-shimless fires 3 times`, `shim-leaked fired, and has cleared`. */
export function verdictClauses(members: readonly StoryMember[]): readonly string[] {
  const codes = new Map<string, { raised: number; cleared: number }>()
  for (const { event } of members) {
    const code = event.facts?.code
    if (code === undefined) continue
    const found = codes.get(code) ?? { raised: 0, cleared: 0 }
    if (event.type === 'verdict-raised') found.raised += 1
    if (event.type === 'verdict-cleared') found.cleared += 1
    codes.set(code, found)
  }
  return [...codes].map(([code, { raised, cleared }]) => {
    const times = raised === 1 ? '' : ` ${raised} times`
    if (cleared === 0) return `${code} fires${times}`
    return `${code} fired${times}, and has cleared${cleared < raised ? ` ${cleared} times` : ''}`
  })
}
