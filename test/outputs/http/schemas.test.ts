import type { Static } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { expect, test } from 'vitest'
import type { Frame, NodeEvent } from '../../../src/core/model/event.ts'
import type * as model from '../../../src/core/model/snapshot.ts'
import type { PublicStory } from '../../../src/core/stories/present.ts'
import type * as frames from '../../../src/outputs/http/frame-schemas.ts'
import * as schemas from '../../../src/outputs/http/snapshot-schemas.ts'
import { aContainer, aShim } from '../../core/snapshot/support/nodes.ts'

/** `true` where both say the same, to the last field; else `false`, and the table below does not compile. */
type Same<A, B> = [A, keyof A] extends [B, keyof B] ? ([B, keyof B] extends [A, keyof A] ? true : false) : false
type FrameOf<N extends Frame['type']> = Extract<Frame, { type: N }>

test('the schemas are the types of the model', () => {
  const held: [
    Same<Static<typeof schemas.pass>, model.Pass>,
    Same<Static<typeof schemas.daemon>, model.Daemon>,
    Same<Static<typeof schemas.shim>, model.Shim>,
    Same<Static<typeof schemas.container>, model.Container>,
    Same<Static<typeof schemas.subject>, model.Subject>,
    Same<Static<typeof schemas.verdict>, model.Verdict>,
    Same<Static<typeof schemas.process>, model.Process>,
    Same<Static<typeof schemas.snapshot>, model.Snapshot>,
    Same<Static<typeof frames.event>, NodeEvent>,
    Same<Static<typeof frames.story>, PublicStory>,
    Same<Static<typeof frames.hello>, FrameOf<'hello'>>,
    Same<Static<typeof frames.snapshotFrame>, FrameOf<'snapshot'>>,
    Same<Static<typeof frames.delta>, FrameOf<'delta'>>,
    Same<Static<typeof frames.heartbeat>, FrameOf<'heartbeat'>>,
  ] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true]
  expect(held).not.toContain(false)
})

test('the schemas refuse what the contract does not have', () => {
  expect([...Errors(schemas.shim, aShim())]).toEqual([])
  expect(Check(schemas.shim, { ...aShim(), secret: 1 })).toBe(false)
  expect(Check(schemas.container, aContainer({ pod: null }))).toBe(true)
  const { key: _, ...keyless } = aShim()
  expect(Check(schemas.shim, keyless)).toBe(false)
})
