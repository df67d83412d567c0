import type { Branch } from '../../../core/snapshot/nest.ts'
import { byId, element, flash, setText, sync } from './dom.ts'
import { showMarks } from './show-glance.ts'
import { containerLine, daemonLine, type Line, type Mark, shimLine } from './wording.ts'

/** Branches that the reader has folded, by key: they stay so when they come back. */
const folded = new Set<string>()

export function showForest(branches: readonly Branch[], whenEmpty: string): void {
  const empty = byId('no-forest')
  empty.hidden = branches.length > 0
  setText(empty, whenEmpty)
  showBranches(byId('forest'), branches)
}

const showBranches = (list: Element, branches: readonly Branch[]): void =>
  sync(list, branches, ({ kind, key }) => `${kind}|${key}`, create, update)

function create({ kind, key }: Branch): HTMLLIElement {
  const id = `${kind}|${key}`
  const fold = element('button', { type: 'button' })
  const children = element('ul')
  fold.addEventListener('click', () => {
    if (!folded.delete(id)) folded.add(id)
    showFold(fold, children, id)
  })
  const row = element(
    'div',
    { class: 'row' },
    fold,
    element('span', { class: 'name' }),
    element('span', { class: 'marks' }),
    element('span', { class: 'marks' }),
    element('span', { class: 'quiet' }),
  )
  showFold(fold, children, id)
  return element('li', {}, row, children)
}

function showFold(fold: HTMLButtonElement, children: HTMLElement, id: string): void {
  const open = !folded.has(id)
  children.hidden = !open
  fold.setAttribute('aria-expanded', String(open))
  fold.setAttribute('aria-label', open ? 'Fold' : 'Unfold')
  setText(fold, open ? '▾' : '▸')
}

const shown = new WeakMap<Element, string>()

function update(item: HTMLLIElement, branch: Branch): void {
  const [row, children] = item.children
  const [fold, name, marks, verdicts, rest] = row?.children ?? []
  if (!row || !children || !fold || !name || !marks || !verdicts || !rest) return
  ;(fold as HTMLElement).style.visibility = branch.children.length === 0 ? 'hidden' : 'visible'
  const line = lineOf(branch)
  const wrong: Mark[] = branch.verdicts.map(({ code, severity, status }) => ({
    text: status === 'pending' ? `${code} (pending)` : code,
    tone: severity,
  }))
  setText(name, line.name)
  showMarks(marks, line.marks)
  showMarks(verdicts, wrong)
  setText(rest, line.rest)
  const looks = JSON.stringify([line.marks, wrong])
  if (shown.has(item) && shown.get(item) !== looks) flash(row)
  shown.set(item, looks)
  showBranches(children, branch.children)
}

function lineOf(branch: Branch): Line {
  switch (branch.kind) {
    case 'daemon':
      return daemonLine(branch.daemon)
    case 'shim':
      return shimLine(branch.shim)
    case 'container':
      return containerLine(branch.container)
  }
}
