import { expect, test } from 'vitest'
import { commands } from '../../src/commands/index.ts'
import { type ConfigOption, fallbacks, optionNames, options } from '../../src/config.ts'

const rows: readonly ConfigOption<unknown>[] = optionNames.map((name) => options[name])

test('every option belongs to commands that are there', () => {
  const names = new Set(commands.map(({ name }) => name))
  for (const { flag, commands: own } of rows) {
    expect(own.length, flag).toBeGreaterThan(0)
    for (const name of own) expect(names).toContain(name)
  }
})

const looking = ['serve', 'tree', 'snapshot', 'verdicts', 'watch', 'record', 'doctor', 'explain'] as const

test.each(['procfs', 'cgroupfs', 'graceMs'] as const)('%s is taken by every command that looks at a node', (name) => {
  expect(options[name].commands.toSorted()).toEqual(looking.toSorted())
})

test('from is taken by these, and by what tells of a file from a journal', () => {
  expect(options.from.commands.toSorted()).toEqual([...looking, 'events'].toSorted())
})

test('no flag and no variable is there twice', () => {
  expect(new Set(rows.map(({ flag }) => flag.split(' ')[0])).size).toBe(rows.length)
  expect(new Set(rows.map(({ env }) => env)).size).toBe(rows.length)
})

test('every default is one that its own option takes', () => {
  expect(fallbacks()).toMatchObject({
    graceMs: 30_000,
    intervalMs: 2_000,
    listenAddress: '127.0.0.1:19256',
    procfs: '/proc',
  })
})

test.each([
  ['graceMs', '0s', 0],
  ['graceMs', '1.5s', 1_500],
  ['graceMs', '2h', 7_200_000],
  ['procfs', '/host/proc/', '/host/proc'],
  ['procfs', '/', '/'],
  ['speed', '0.5', 0.5],
] as const)('%s %s', (name, given, value) => {
  expect(options[name].parse(given)).toBe(value)
})
