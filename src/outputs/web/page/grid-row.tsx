import type { Verdict } from '../../../core/model/snapshot.ts'
import { domId } from './dom-id.ts'
import type { Row } from './rows.ts'
import { rowText } from './row-wording.ts'
import { active, changes, place, setFold, show } from './state.ts'
import { Age, MarkText, Text } from './text.tsx'
import { counted, severityMark } from './wording.ts'

/** One row of the tree, at its place. */
export function GridRow({ row, index, top }: { row: Row; index: number; top: number }) {
  const { node, level, open } = row
  const { kind, name, of, marks, pid, rest, startedAt } = rowText(node.subject)
  const times = changes.value.get(node.id)
  return (
    <div
      id={domId(node.id)}
      class={`row ${kind}`}
      role="row"
      aria-level={level}
      aria-rowindex={index + 2}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={open}
      aria-selected={place.value.row === node.id}
      data-id={node.id}
      data-active={active.value === node.id}
      data-changed={times === undefined ? undefined : times % 2}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => show(node.id)}
    >
      <span class="name" role="gridcell" style={{ paddingLeft: `${(level - 1) * 1.1}rem` }}>
        <span
          class="fold"
          aria-hidden="true"
          onClick={(event) => {
            if (open === undefined) return
            event.stopPropagation()
            setFold(node.id, !open)
          }}
        >
          {open === undefined ? '' : open ? '▾' : '▸'}
        </span>
        <span class="spoken">{kind} </span>
        {node.verdicts[0] !== undefined && (
          <span class={`only-narrow ${node.verdicts[0].severity}`} aria-hidden="true">
            {severityMark(node.verdicts[0].severity).sign}{' '}
          </span>
        )}
        {of !== '' && (
          <span class="of">
            <Text of={of} />
            {' · '}
          </span>
        )}
        <b>
          <Text of={name} />
        </b>
        {open === false && node.within.worst !== undefined && (
          <span class={`inside ${node.within.worst}`}>
            {severityMark(node.within.worst).sign} {counted(node.within.verdicts, 'verdict')} inside
          </span>
        )}
      </span>
      <span class="state" role="gridcell">
        {marks.map((mark) => (
          <MarkText key={mark.text} mark={mark} />
        ))}
      </span>
      <span class="pid" role="gridcell">
        {pid}
      </span>
      <span class="age" role="gridcell">
        {startedAt !== null && <Age since={startedAt} />}
      </span>
      <span class="rest" role="gridcell">
        {node.verdicts.map((verdict) => (
          <Code key={verdict.key} verdict={verdict} />
        ))}
        <span class="quiet">
          <Text of={rest} />
        </span>
      </span>
    </div>
  )
}

function Code({ verdict: { severity, code, status } }: { verdict: Verdict }) {
  const pending = status === 'pending' ? ', pending' : ''
  return (
    <span class={`code ${severity} ${status}`} title={`${severity}${pending}`}>
      <span aria-hidden="true">{severityMark(severity).sign} </span>
      {code}
      <span class="spoken">{`, ${severity}${pending}`}</span>
    </span>
  )
}
