import { columns } from '../columns.ts'

/** Every key, as the help shows them. */
const keys: readonly (readonly [string, string])[] = [
  ['Up Down PgUp PgDn Home End', 'move'],
  ['Tab', 'next pane: tree, verdicts, events; Shift-Tab the one before'],
  ['Enter', 'details of the selected: a verdict with its evidence and next step; Esc or q goes back'],
  ['Space - +', 'fold or unfold a branch; Left folds or goes up, Right unfolds'],
  ['*', 'fold everything, or unfold everything'],
  ['w F6', 'only what is wrong, or everything'],
  ['p', 'show or hide processes'],
  ['/ F3', 'search as you type; Enter keeps the place, Esc returns'],
  ['n N', 'next and previous match; F3 also finds the next'],
  ['\\ F4', 'filter: only what holds a text; an empty one shows everything again'],
  ['Ctrl-L', 'draw the screen anew'],
  ['Ctrl-Z', 'suspend; fg comes back'],
  ['h F1 ?', 'this help'],
  ['q F10 Ctrl-C', 'quit'],
]

export const helpLines: readonly string[] = [
  'Keys, as in htop:',
  '',
  ...columns(keys.map(([key, does]) => [`  ${key}`, does])),
  '',
  'Search and filter look at everything that is known of a line: full ids, images, pod uids, command lines.',
  'Times are UTC. "not known" was denied, or does not apply: it never means no.',
  '',
  'However it ends, the screen is given back as it was. Only SIGKILL cannot be answered: type `reset` after it.',
]
