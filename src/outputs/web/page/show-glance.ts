import { byId, element, setText, sync } from './dom.ts'
import type { Card, Mark } from './wording.ts'

export function showGlance(cards: readonly Card[]): void {
  sync(
    byId('glance'),
    cards,
    ({ title }) => title,
    ({ title }) => element('div', {}, element('dt', {}, title), element('dd'), element('dd', { class: 'marks' })),
    (card, { total, parts }) => {
      const [number, kinds] = card.querySelectorAll('dd')
      if (number !== undefined) setText(number, total)
      if (kinds !== undefined) showMarks(kinds, parts)
    },
  )
}

/** Words side by side, each in its tone; the tone only repeats what the word says. */
export function showMarks(parent: Element, marks: readonly Mark[]): void {
  sync(
    parent,
    marks,
    ({ text }) => text.replace(/^[0-9]+ /, ''),
    () => element('span', { class: 'mark' }),
    (mark, { text, tone }) => {
      mark.className = `mark ${tone}`
      setText(mark, text)
    },
  )
}
