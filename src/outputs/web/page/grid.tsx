import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { domId } from './dom-id.ts'
import { GridRow } from './grid-row.tsx'
import { active, go, indexOf, reveal, rows, selected, setFold, show, unfoldTo } from './state.ts'
import { stepOf } from './tree-keys.ts'
import { visibleRange } from './visible-range.ts'

/** As `--row` in tree.css, in pixels: it grows with the reader's letters, and fingers need more than a pointer. */
const rowHeight =
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) *
  (matchMedia('(pointer: coarse)').matches ? 3 : 2)

/** The tree as an ARIA treegrid. Of its rows only those in sight are in the document. */
export function Grid() {
  const box = useRef<HTMLDivElement>(null)
  const range = useSignal({ from: 0, to: 0 })
  const anchor = useRef<{ id: string; offset: number }>({ id: '', offset: 0 })
  const shown = rows.value
  const at = indexOf.value.get(active.value) ?? -1

  const look = () => {
    const { current: grid } = box
    if (grid === null) return
    const next = visibleRange(grid.scrollTop, grid.clientHeight, rowHeight, rows.peek().length)
    const { from, to } = range.peek()
    if (next.from !== from || next.to !== to) range.value = next
    const top = Math.floor(grid.scrollTop / rowHeight)
    anchor.current = { id: rows.peek()[top]?.node.id ?? '', offset: grid.scrollTop - top * rowHeight }
  }

  useEffect(() => {
    const { current: grid } = box
    if (grid === null) return
    const sized = new ResizeObserver(look)
    sized.observe(grid)
    return () => sized.disconnect()
  }, [])

  // What came or went above does not move what the reader looks at.
  useLayoutEffect(() => {
    const { current: grid } = box
    const { id, offset } = anchor.current
    const index = indexOf.peek().get(id)
    if (grid !== null && index !== undefined && grid.scrollTop > 0) {
      const top = index * rowHeight + offset
      if (Math.abs(top - grid.scrollTop) >= 1) grid.scrollTop = top
    }
    look()
  }, [shown])

  const bring = (index: number) => {
    const { current: grid } = box
    if (grid === null || index < 0) return
    const top = index * rowHeight
    // The line of column names stays on top of what scrolls, and is as high as a row.
    const seen = grid.clientHeight - 2 * rowHeight
    if (top < grid.scrollTop) grid.scrollTop = top
    else if (top > grid.scrollTop + seen) grid.scrollTop = top - seen
    look()
  }

  // A row that was asked for may come with a later picture: processes have to be fetched first.
  const wanted = reveal.value
  const answered = useRef<object | undefined>(undefined)
  const unfolded = useRef<object | undefined>(undefined)
  const place = indexOf.value.get(wanted.id)
  useLayoutEffect(() => {
    if (answered.current === wanted) return
    if (place === undefined) {
      if (unfolded.current !== wanted && selected.peek()?.node.id === wanted.id) {
        unfolded.current = wanted
        unfoldTo(wanted.id)
      }
      return
    }
    answered.current = wanted
    active.value = wanted.id
    bring(place)
  }, [wanted, place, shown])

  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') return go({ row: '' })
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 1)
    const step = stepOf(event.key, shown, at, page)
    if (step === undefined) return
    event.preventDefault()
    if (step.do === 'go') {
      active.value = shown[step.to]?.node.id ?? ''
      bring(step.to)
      return
    }
    const id = shown[step.at]?.node.id
    if (id === undefined) return
    if (step.do === 'select') show(id)
    else setFold(id, step.do === 'unfold')
  }

  const drawn = shown
    .slice(range.value.from, range.value.to)
    .map((row, index) => ({ row, index: range.value.from + index }))
  const focused = shown[at]
  // The active row stays in the document, so that a screen reader has something to read.
  if (focused !== undefined && (at < range.value.from || at >= range.value.to)) drawn.push({ row: focused, index: at })
  return (
    <div
      id="tree"
      class="grid"
      role="treegrid"
      aria-labelledby="forest-title"
      aria-rowcount={shown.length + 1}
      aria-activedescendant={focused === undefined ? undefined : domId(focused.node.id)}
      tabIndex={0}
      ref={box}
      onScroll={look}
      onKeyDown={pressed}
      onFocus={() => {
        if (at < 0) active.value = shown[0]?.node.id ?? ''
      }}
    >
      <div class="columns row" role="row" aria-rowindex={1}>
        <span role="columnheader">name</span>
        <span role="columnheader">state</span>
        <span role="columnheader" class="pid">
          pid
        </span>
        <span role="columnheader" class="age">
          age
        </span>
        <span role="columnheader">what is known</span>
      </div>
      <div class="space" role="presentation" style={{ height: `${shown.length * rowHeight}px` }}>
        {drawn.map(({ row, index }) => (
          <GridRow key={row.node.id} row={row} index={index} top={index * rowHeight} />
        ))}
      </div>
    </div>
  )
}
