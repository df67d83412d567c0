/** Where the reader is, and what they look for: all that the URL holds, so that it can be pasted into a chat. */
export interface Place {
  /** The moment that is looked at, ISO 8601 in UTC; empty for now. */
  readonly at: string
  /** Id of the selected row, as `shim|4000@900`; empty for none. */
  readonly row: string
  /** Key of the verdict that is pointed at; empty for none. */
  readonly verdict: string
  readonly search: string
  readonly onlyWrong: boolean
  readonly processes: boolean
}

/** Longer searches are somebody's joke. */
const longest = 1024

/** The place in a URL's fragment, with or without `#`. What it does not say is as on a fresh page. */
export function parsePlace(fragment: string): Place {
  const said = new URLSearchParams(fragment.replace(/^#/, ''))
  const text = (name: string) => (said.get(name) ?? '').slice(0, longest)
  return {
    at: momentIn(text('at')),
    row: text('row'),
    verdict: text('verdict'),
    search: text('q'),
    onlyWrong: said.has('wrong'),
    processes: said.has('processes'),
  }
}

/** The fragment of a place, without `#`; empty for a fresh page. */
export function formatPlace({ at, row, verdict, search, onlyWrong, processes }: Place): string {
  const said = new URLSearchParams()
  if (at !== '') said.set('at', at)
  if (search !== '') said.set('q', search)
  if (row !== '') said.set('row', row)
  if (verdict !== '') said.set('verdict', verdict)
  if (onlyWrong) said.set('wrong', '')
  if (processes) said.set('processes', '')
  // Nothing is gained by escaping these, and a chat keeps them.
  return said
    .toString()
    .replaceAll('%40', '@')
    .replaceAll('%2F', '/')
    .replaceAll('%3A', ':')
    .replaceAll(/=(?=&|$)/g, '')
}

/** What is no time is now: a link may have lost its end on its way. */
function momentIn(text: string): string {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString()
}
