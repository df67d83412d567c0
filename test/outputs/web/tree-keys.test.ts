import { expect, test } from 'vitest'
import { treeGrower } from '../../../src/outputs/web/page/grow-tree.ts'
import { rowsOf } from '../../../src/outputs/web/page/rows.ts'
import { stepOf } from '../../../src/outputs/web/page/tree-keys.ts'
import { visibleRange } from '../../../src/outputs/web/page/visible-range.ts'
import { aContainer, aDaemon, aShim, aSnapshot } from '../../core/snapshot/support/nodes.ts'

const roots = treeGrower()(aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()] }))
/** A daemon, its shim, and a container that is folded. */
const rows = rowsOf(roots, { chosen: new Map(), leading: new Set(), processes: false, known: false })

test.each([
  ['ArrowDown', 0, { do: 'go', to: 1 }],
  ['ArrowDown', 2, { do: 'go', to: 2 }],
  ['ArrowUp', 0, { do: 'go', to: 0 }],
  ['Home', 2, { do: 'go', to: 0 }],
  ['End', 0, { do: 'go', to: 2 }],
  ['PageDown', 0, { do: 'go', to: 2 }],
  ['PageUp', 2, { do: 'go', to: 0 }],
  ['ArrowRight', 0, { do: 'go', to: 1 }],
  ['ArrowRight', 2, { do: 'unfold', at: 2 }],
  ['ArrowLeft', 1, { do: 'fold', at: 1 }],
  ['ArrowLeft', 2, { do: 'go', to: 1 }],
  ['Enter', 1, { do: 'select', at: 1 }],
  [' ', 1, { do: 'select', at: 1 }],
  ['x', 1, undefined],
])('%s on row %i', (key, at, step) => expect(stepOf(key, rows, at, 10)).toEqual(step))

test('no row, no step', () => expect(stepOf('ArrowDown', [], -1, 10)).toBeUndefined())
test('the first key in a tree that was not entered yet goes to its first row', () =>
  expect(stepOf('ArrowDown', rows, -1, 10)).toEqual({ do: 'go', to: 0 }))

test('of many rows only those in sight are drawn, and some beyond', () => {
  expect(visibleRange(0, 280, 28, 10_000)).toEqual({ from: 0, to: 23 })
  expect(visibleRange(28_000, 280, 28, 10_000)).toEqual({ from: 988, to: 1023 })
  expect(visibleRange(10_000 * 28, 280, 28, 10_000)).toMatchObject({ to: 10_000 })
  expect(visibleRange(-50, 280, 28, 3)).toEqual({ from: 0, to: 3 })
  // Rows went away under a reader who had scrolled far down.
  expect(visibleRange(9000, 280, 28, 20)).toEqual({ from: 0, to: 20 })
})
