import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../../../src/core/model/snapshot.ts'
import { aContainer, aDaemon, aProcess, aShim, aSnapshot, aVerdict } from '../../../core/snapshot/support/nodes.ts'
import { anEvent, person, pictureOf, typed } from './support.ts'

const ids = ['apple', 'banana', 'cherry', 'damson', 'elder']
const orchard = (over: Partial<Snapshot> = {}, present = ids): Snapshot =>
  aSnapshot({
    daemons: [aDaemon()],
    shims: [aShim()],
    containers: present.map((id) => aContainer({ id, name: id, pod: null, image: `registry/${id}:1` })),
    ...over,
  })

describe('moving about', () => {
  test('arrows, pages, home and end stay within the rows', () => {
    const { presses, selected } = person(pictureOf(orchard()))
    expect(selected()).toMatch(/^containerd 812/)
    presses('up')
    expect(selected()).toMatch(/^containerd 812/)
    presses('down', 'down')
    expect(selected()).toMatch(/^apple/)
    presses('end')
    expect(selected()).toMatch(/^elder/)
    presses('down', 'pagedown')
    expect(selected()).toMatch(/^elder/)
    presses('pageup', 'pageup')
    expect(selected()).toMatch(/^containerd 812/)
    presses('pagedown', 'home')
    expect(selected()).toMatch(/^containerd 812/)
  })

  test('what is selected is visible, however small the screen', () => {
    const { presses, lines, resizes } = person(pictureOf(orchard()), { columns: 60, rows: 7 })
    presses('end')
    expect(lines().join('\n')).toContain('▸    ├─ elder'.replace('├', '└'))
    presses('home')
    expect(lines().join('\n')).toContain('▸ containerd 812')
    presses('end')
    for (const rows of [40, 6, 5, 4, 3, 2, 1]) {
      resizes(60, rows)
      expect(lines()).toHaveLength(rows)
      if (rows >= 6) expect(lines().join('\n')).toContain('elder')
    }
  })

  test('the selection stays with its row when others come and go, and near it when it goes', () => {
    const { presses, selected, sees } = person(pictureOf(orchard()))
    presses(typed('/cherry'), 'enter')
    expect(selected()).toMatch(/^cherry/)
    sees(pictureOf(orchard({}, ['aaa', 'bbb', ...ids])))
    expect(selected()).toMatch(/^cherry/)
    sees(pictureOf(orchard({}, ['aaa', 'bbb', 'apple', 'banana', 'damson'])))
    expect(selected()).toMatch(/^damson/)
    sees(pictureOf(aSnapshot()))
    expect(selected()).toBeUndefined()
    presses('down', 'enter', 'escape', typed(' '), 'left', 'right')
    sees(pictureOf(orchard()))
    expect(selected()).toMatch(/^containerd 812/)
  })

  test('the top of the events shows what comes in; who looks at an event stays with it', () => {
    const events = (count: number) => Array.from({ length: count }, (_, index) => anEvent(index + 1))
    const { presses, selected, sees } = person(pictureOf(orchard(), { events: events(3) }))
    presses('backtab')
    expect(selected()).toContain('event number 3')
    sees(pictureOf(orchard(), { events: events(4) }))
    expect(selected()).toContain('event number 4')
    presses('down')
    expect(selected()).toContain('event number 3')
    sees(pictureOf(orchard(), { events: events(9) }))
    expect(selected()).toContain('event number 3')
    presses('home')
    sees(pictureOf(orchard(), { events: events(10) }))
    expect(selected()).toContain('event number 10')
  })

  test('Tab goes round the panes, each with a place of its own', () => {
    const { presses, screen, selected } = person(
      pictureOf(orchard({ verdicts: [aVerdict(), aVerdict({ code: 'shim-wedged', severity: 'critical' })] })),
    )
    presses('down', 'tab')
    expect(screen().pane).toBe('verdicts')
    expect(selected()).toMatch(/^critical +shim-wedged/)
    presses('down', 'tab', 'tab')
    expect(screen().pane).toBe('tree')
    expect(selected('tree')).toMatch(/^containerd-shim/)
    expect(selected('verdicts')).toMatch(/^warning +shim-leaked/)
  })
})

describe('folding', () => {
  test('Space, + and -, Left and Right, and * for all', () => {
    const { presses, lines, selected } = person(pictureOf(orchard()))
    const containers = () => lines().filter((line) => ids.some((id) => line.includes(id))).length
    expect(containers()).toBe(5)
    presses('down', typed(' '))
    expect(selected()).toMatch(/^\[\+\] containerd-shim/)
    expect(containers()).toBe(0)
    presses('right')
    expect(containers()).toBe(5)
    presses('left')
    expect(containers()).toBe(0)
    presses('left')
    expect(selected()).toMatch(/^containerd 812/)
    presses('down', typed('+'))
    expect(containers()).toBe(5)
    presses(typed('-'), typed('-'))
    expect(containers()).toBe(0)
    presses(typed('*'))
    expect(containers()).toBe(5)
    presses('home', typed('*'))
    expect(lines().filter((line) => line.includes('containerd'))).toHaveLength(1)
    presses(typed('*'), 'end', typed(' '))
    expect(containers()).toBe(5)
  })

  test('what is folded stays folded when the node changes', () => {
    const { presses, lines, sees } = person(pictureOf(orchard()))
    presses('down', typed(' '))
    sees(pictureOf(orchard({}, ['fig', ...ids])))
    expect(lines().join('\n')).not.toContain('fig')
  })
})

describe('search and filter', () => {
  test('a search moves as it is typed, n and N go on around the end, Escape forgets it', () => {
    const { presses, selected, screen, lines } = person(pictureOf(orchard()))
    presses(typed('/'))
    expect(lines().at(-1)).toBe('search: _')
    presses(typed('ban'))
    expect(selected()).toMatch(/^banana/)
    presses(typed('x'), 'backspace', 'enter')
    expect(selected()).toMatch(/^banana/)
    presses(typed('/registry'), 'enter', typed('nn'))
    expect(selected()).toMatch(/^damson/)
    presses(typed('nn'))
    expect(selected()).toMatch(/^apple/)
    presses(typed('N'))
    expect(selected()).toMatch(/^elder/)
    presses('f3')
    expect(selected()).toMatch(/^apple/)
    presses(typed('/q'), 'escape')
    expect(screen()).toMatchObject({ search: '', typing: undefined })
    presses('f3')
    expect(screen().typing?.what).toBe('search')
  })

  test('a search finds what the line is too short for, and not the names of fields', () => {
    const { presses, selected } = person(pictureOf(orchard()))
    presses(typed('/CHERRY:1'), 'enter')
    expect(selected()).toMatch(/^cherry/)
    presses('home', typed('/containerdNamespace'), 'enter')
    expect(selected()).toMatch(/^containerd 812/)
  })

  test('a filter leaves what holds the text, with the way to it; an empty one leaves all', () => {
    const { presses, lines, screen } = person(pictureOf(orchard()))
    presses('f4', typed('cherry'))
    const rows = () =>
      lines()
        .slice(0, -1)
        .filter((line) => /containerd|apple|banana|cherry|damson|elder/.test(line) && !line.includes('──'))
    expect(rows().map((line) => line.trim().split(' ')[1])).toEqual(['containerd', 'containerd-shim-runc-v2', 'cherry'])
    expect(lines().join('\n')).toContain('only what holds "cherry"')
    presses('enter')
    expect(screen().filter).toBe('cherry')
    presses(typed('\\'), 'escape')
    expect(screen().filter).toBe('cherry')
    presses(typed('\\'), ...Array.from({ length: 6 }, () => 'backspace' as const), 'enter')
    expect(rows()).toHaveLength(7)
    presses('f4', typed('nothing has this'), 'enter')
    expect(lines().join('\n')).toContain('nothing holds this text')
  })

  test('only what is wrong: the branch that a verdict is about stays whole, others go', () => {
    const wrong = aVerdict({ subject: { kind: 'shim', key: '5000@900', id: 'bad', pid: 5000 } })
    const { presses, lines } = person(
      pictureOf(
        orchard({
          shims: [aShim(), aShim({ pid: 5000, id: 'bad' })],
          containers: [aContainer(), aContainer({ id: 'kept', name: 'kept', pod: null, shim: '5000@900' })],
          verdicts: [wrong],
        }),
      ),
    )
    presses('f6')
    const text = lines().join('\n')
    expect(text).toContain('only what is wrong')
    expect(text).toContain('containerd-shim-runc-v2 5000')
    expect(text).toContain('kept')
    expect(text).not.toContain('containerd-shim-runc-v2 4000')
    presses(typed('w'))
    expect(lines().join('\n')).toContain('containerd-shim-runc-v2 4000')
  })

  test('keys that are commands are text while text is typed', () => {
    const { presses, screen } = person(pictureOf(orchard()))
    expect(presses(typed('/'), typed('qwhn?*-+ \\/'))).toBe('none')
    expect(screen()).toMatchObject({ search: 'qwhn?*-+ \\/', pane: 'tree', scope: 'everything' })
    presses('backspace', 'tab', 'up', 'f6')
    expect(screen()).toMatchObject({ search: 'qwhn?*-+ \\', pane: 'tree', scope: 'everything' })
  })
})

describe('what lies over the panes', () => {
  test('details of a verdict: evidence, next step, runbook', () => {
    const { presses, lines } = person(pictureOf(orchard({ verdicts: [aVerdict()] })))
    presses('tab', 'enter')
    const text = lines().join('\n')
    for (const part of [
      '/proc/4000/cwd: /run/x (deleted)',
      'next: Look at it',
      '#5708',
      'shimscope explain shim-leaked',
    ])
      expect(text).toContain(part)
    presses('escape')
    expect(lines().join('\n')).not.toContain('#5708')
  })

  test('details follow what they are about, and stay when it is gone', () => {
    const { presses, lines, sees } = person(pictureOf(orchard()))
    presses(typed('/cherry'), 'enter', 'enter')
    expect(lines().join('\n')).toMatch(/state +running/)
    const paused = aContainer({ id: 'cherry', name: 'cherry', pod: null, state: 'paused' })
    sees(pictureOf(orchard({ containers: [paused] })))
    expect(lines().join('\n')).toMatch(/state +paused/)
    sees(pictureOf(aSnapshot()))
    expect(lines().join('\n')).toMatch(/state +paused/)
    expect(presses(typed('q'))).toBe('none')
    expect(lines().join('\n')).toContain('no container runtime runs here')
  })

  test('details of daemon, shim, container, process and event; a heading has none', () => {
    const snapshot = orchard({
      containers: [aContainer(), aContainer({ id: 'lost', shim: null })],
      processes: [aProcess()],
    })
    const { presses, lines } = person(pictureOf(snapshot, { events: [anEvent(1)] }))
    const open = (...keys: Parameters<typeof presses>) => {
      presses(...keys, 'enter')
      const text = lines().join('\n')
      presses('escape')
      return text
    }
    expect(open()).toContain('daemon 812')
    expect(open('down')).toContain('shim 4000')
    expect(open('down')).toContain('container web')
    expect(open('down')).toContain('process 4010')
    expect(open('down')).toContain('A heading')
    expect(open('backtab')).toContain('event container-started')
  })

  test('help tells every key that does something; it scrolls', () => {
    const { presses, lines, screen } = person(pictureOf(orchard()), { columns: 100, rows: 12 })
    for (const key of ['h', '?'] as const) {
      presses(typed(key))
      expect(lines().join('\n')).toContain('Keys, as in htop')
      presses(typed('q'))
    }
    presses('f1', 'end')
    expect(lines().join('\n')).toContain('SIGKILL')
    presses('pageup', 'pageup', 'pageup', 'up', 'home', 'down', typed(' '), 'pagedown')
    expect(screen().over).toMatchObject({ kind: 'help' })
    presses('enter')
    expect(screen().over).toEqual({ kind: 'none' })
  })
})

test('processes are asked for with p, and not before', () => {
  const { presses, screen } = person(pictureOf(orchard()))
  expect(screen().processes).toBe('hidden')
  presses(typed('p'))
  expect(screen().processes).toBe('shown')
  presses(typed('p'))
  expect(screen().processes).toBe('hidden')
})

test('what ends it, wherever one is', () => {
  for (const before of [[], ['f1'], ['enter'], [typed('/')], ['f4']] as const) {
    expect(person(pictureOf(orchard())).presses(...before, 'ctrl-c')).toBe('quit')
    expect(person(pictureOf(orchard())).presses(...before, 'ctrl-z')).toBe('suspend')
    expect(person(pictureOf(orchard())).presses(...before, 'ctrl-l')).toBe('redraw')
  }
  expect(person(pictureOf(orchard())).presses(typed('q'))).toBe('quit')
  expect(person(pictureOf(orchard())).presses('f10')).toBe('quit')
  expect(person(pictureOf(orchard())).presses('f1', 'f10')).toBe('quit')
})
