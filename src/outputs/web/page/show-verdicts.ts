import type { Verdict } from '../../../core/model/snapshot.ts'
import { byId, element, flash, setText, sync } from './dom.ts'
import { ageOf, byUrgency, issueUrl } from './wording.ts'

const shown = new WeakMap<Element, string>()

export function showVerdicts(verdicts: readonly Verdict[]): void {
  byId('no-verdicts').hidden = verdicts.length > 0
  sync(
    byId('verdicts'),
    byUrgency(verdicts),
    ({ key }) => key,
    () => element('li'),
    (item, verdict) => {
      const looks = JSON.stringify(verdict)
      if (shown.get(item) === looks) return
      shown.set(item, looks)
      item.dataset['severity'] = verdict.severity
      item.replaceChildren(...content(verdict))
      flash(item)
    },
  )
}

/** Ages grow by themselves. */
export function refreshAges(nowMs: number): void {
  for (const age of document.querySelectorAll<HTMLTimeElement>('time.age'))
    setText(age, ageOf(Date.parse(age.dateTime), nowMs))
}

function content({ code, severity, status, since, summary, evidence, resembles, next }: Verdict): Node[] {
  const age = element('time', { class: 'age', datetime: since, title: since }, ageOf(Date.parse(since), Date.now()))
  const rows = evidence.map(({ source, observed }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('code', {}, source)),
      element('td', {}, element('code', {}, observed)),
    ),
  )
  return [
    element(
      'h3',
      {},
      element('span', { class: `mark ${severity}` }, severity),
      ` ${code} `,
      element('span', { class: 'quiet' }, `${status} for `, age),
    ),
    element('p', {}, summary),
    element('table', { 'aria-label': 'Evidence' }, element('tbody', {}, ...rows)),
    element('p', {}, element('strong', {}, 'Next: '), next),
    ...(resembles.length === 0
      ? []
      : [
          element(
            'p',
            { class: 'quiet' },
            'Resembles ',
            ...resembles.flatMap((issue, i) => [i === 0 ? '' : ', ', link(issue)]),
          ),
        ]),
  ]
}

function link(issue: string): Node | string {
  const url = issueUrl(issue)
  return url === undefined ? issue : element('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, issue)
}
