import { Grid } from './grid.tsx'
import { found, go, noProcesses, pastMs, place, processesKnown, rows, view, wantsProcesses } from './state.ts'
import { trouble } from './look-back.ts'
import { counted } from './wording.ts'

/** Who keeps what: the tree, and what is shown of it. */
export function Forest() {
  return (
    <section class="forest" aria-labelledby="forest-title">
      <div class="tools">
        <h2 id="forest-title">Who keeps what</h2>
        <SearchField />
        <Tick name="onlyWrong" label="only what is wrong" />
        <Tick name="processes" label="processes" />
        <p class="quiet hits" role="status">
          <Hits />
        </p>
      </div>
      <Grid />
      <Empty />
    </section>
  )
}

function SearchField() {
  return (
    <input
      id="search"
      type="search"
      aria-label="Search the tree by pod, container, id, pid or program"
      aria-keyshortcuts="/"
      placeholder="pod, container, id, pid, program   ( / )"
      autoComplete="off"
      spellcheck={false}
      value={place.value.search}
      onInput={({ currentTarget }) => go({ search: currentTarget.value })}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault()
          go({ search: '' })
        } else if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
        document.getElementById('tree')?.focus()
      }}
    />
  )
}

function Tick({ name, label }: { name: 'onlyWrong' | 'processes'; label: string }) {
  const unknown = name === 'processes' && noProcesses.value
  return (
    <label>
      <input
        type="checkbox"
        disabled={unknown}
        checked={!unknown && place.value[name]}
        onChange={({ currentTarget }) => go({ [name]: currentTarget.checked })}
      />{' '}
      {label}
      {unknown && <span class="quiet"> (not in the journal)</span>}
    </label>
  )
}

function Hits() {
  const { search, onlyWrong, processes } = place.value
  if (!noProcesses.value && processes && !processesKnown.value) return <>asking for processes…</>
  if (search.trim() === '' && !onlyWrong) return null
  return (
    <>
      {counted(found.value.hits, 'hit')}
      {search.trim() !== '' && !noProcesses.value && !wantsProcesses.value && (
        <>
          {' · '}
          <button type="button" class="link" onClick={() => go({ processes: true })}>
            search processes too
          </button>
        </>
      )}
    </>
  )
}

function Empty() {
  const current = view.value?.current
  if (rows.value.length > 0) return null
  if (current === undefined) return <p class="empty quiet">{waiting()}</p>
  const { search, onlyWrong } = place.value
  if (search.trim() !== '') return <p class="empty quiet">Nothing fits the search.</p>
  if (onlyWrong) return <p class="empty good">● Nothing in the tree is wrong.</p>
  return <p class="empty quiet">No container runtime was found on this node.</p>
}

function waiting(): string {
  if (pastMs.value === undefined) return 'Waiting for the first look at the node…'
  return trouble.value === undefined ? 'Waiting for the journal…' : 'Nothing can be shown of this moment.'
}
