import { type Fact, factsOf } from './detail-wording.ts'
import type { TreeNode } from './grow-tree.ts'
import { rowText } from './row-wording.ts'
import { containers, go, pastMs, place, selected, show, view } from './state.ts'
import { Age, MarkText, Text } from './text.tsx'
import { severityMark } from './wording.ts'

/** All that is known about the selected row. It stays, with what was last seen, when that is gone. */
export function Details() {
  const { row } = place.value
  const found = selected.value
  if (row === '' || view.value?.current === undefined) return null
  return (
    <section class="details" aria-label="Details of what is selected">
      <button type="button" class="close" aria-label="Close the details" onClick={close}>
        ✕
      </button>
      {found === undefined ? (
        <>
          <h2>Not here</h2>
          <p class="quiet">
            This link leads to <Text of={row} />, {absence(row)}
          </p>
        </>
      ) : (
        <Known node={found.node} gone={found.gone} />
      )}
    </section>
  )
}

function absence(row: string): string {
  if (pastMs.value === undefined) return 'which is not on this node, or no more.'
  return row.startsWith('process|') || row.startsWith('others|')
    ? 'and processes are not in the journal: only the present shows them.'
    : 'which was not on this node at that moment.'
}

function close(): void {
  go({ row: '' })
  document.getElementById('tree')?.focus()
}

function Known({ node, gone }: { node: TreeNode; gone: boolean }) {
  const { kind, name, of, marks } = rowText(node.subject)
  return (
    <>
      <h2>
        <span class="quiet">{kind}</span> {of !== '' && <Text of={`${of} · `} />}
        <Text of={name} />{' '}
        {gone ? (
          <span class="mark quiet">{pastMs.value === undefined ? '■ gone' : '■ not there'}</span>
        ) : (
          marks.map((mark) => <MarkText key={mark.text} mark={mark} />)
        )}
      </h2>
      {gone && <p class="quiet">{goneText()} This is what was last seen of it.</p>}
      {node.verdicts.map(({ key, severity, code, summary }) => (
        <p key={key} class={`about ${severity}`}>
          <button type="button" class="link" onClick={() => go({ verdict: key })}>
            {severityMark(severity).sign} {code}
          </button>{' '}
          <Text of={summary} />
        </p>
      ))}
      <dl>
        {factsOf(node.subject, containers.value).map((fact, index) => (
          <FactLine key={index} fact={fact} />
        ))}
      </dl>
    </>
  )
}

const goneText = (): string =>
  pastMs.value === undefined ? 'It is no longer there.' : 'It was not there at that moment.'

function FactLine({ fact: { label, value, since, leadsTo } }: { fact: Fact }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {value === null ? (
          <span class="quiet">not known</span>
        ) : leadsTo !== undefined ? (
          <button type="button" class="link" onClick={() => show(leadsTo)}>
            <Text of={value} />
          </button>
        ) : (
          <Text of={value} />
        )}
        {since !== undefined && (
          <span class="quiet">
            {' '}
            <Age since={since} /> ago
          </span>
        )}
      </dd>
    </div>
  )
}
