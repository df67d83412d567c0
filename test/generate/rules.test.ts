import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { alerts, prometheusRule, rulesFile, testsFile } from '../../deploy/prometheus/source/documents.ts'
import { recordings } from '../../deploy/prometheus/source/recordings.ts'
import { verdictRules } from '../../src/core/verdicts/index.ts'
import { folder } from '../commands/world.ts'
import { replay, scenarios } from '../replay.ts'
import { unknownIn } from './promql.ts'

const runbooks = fileURLToPath(new URL('../../runbooks/', import.meta.url))

/** `npm run generate` writes them anew. */
describe('what is committed is what the tables say', () => {
  test.each([
    ['shimscope.rules.yaml', rulesFile],
    ['shimscope.rules.test.yaml', () => testsFile('shimscope.rules.yaml')],
    ['prometheusrule.yaml', prometheusRule],
  ])('%s', async (name, made) => {
    await expect(made()).toMatchFileSnapshot(`../../deploy/prometheus/${name}`)
  })
})

test('there is an alert for each verdict that is more than worth knowing, and for no other', () => {
  const wanted = verdictRules.filter(({ severity }) => severity !== 'info').map(({ code }) => `${code}.md`)
  expect(wanted.length).toBeGreaterThan(20)
  const verdictRunbooks = alerts.map(({ runbook }) => runbook).filter((runbook) => !runbook.startsWith('alerts/'))
  expect([...new Set(verdictRunbooks)]).toEqual(wanted)
})

test('a verdict is as severe as its table says, or as the milder one that it names', async () => {
  const raised = new Map<string, Set<string>>()
  for (const { moments } of scenarios())
    for (const { code, severity } of (await replay(moments)).snapshot.verdicts)
      raised.set(code, (raised.get(code) ?? new Set()).add(severity))
  expect(raised.size).toBe(verdictRules.length)
  for (const { code, severity, milder } of verdictRules)
    expect([severity, milder], code).toEqual(expect.arrayContaining([...(raised.get(code) ?? [])]))
})

describe.each(alerts.map((alert) => [`${alert.name}, ${alert.severity}`, alert] as const))('%s', (_, alert) => {
  test('is in mixin style', () => {
    expect(alert.name).toMatch(/^Shimscope(?:[A-Z][a-z]+)+$/)
    expect(['critical', 'warning', 'info']).toContain(alert.severity)
    expect(alert.lasting).toMatch(/^\d+[mh]$/)
    expect(alert.summary).toMatch(/^[A-Z][^{}]*\.$/)
    expect(alert.description).toMatch(/\.$/)
  })

  test('has a runbook', () => {
    expect(existsSync(`${runbooks}${alert.runbook}`)).toBe(true)
  })

  test('asks for metrics that there are', () => {
    expect(unknownIn(alert.expr)).toEqual([])
  })
})

test('alerts of one name differ in severity, and say the same', () => {
  for (const alert of alerts)
    for (const other of alerts) {
      if (other === alert || other.name !== alert.name) continue
      expect(other.severity).not.toBe(alert.severity)
      expect(other.summary).toBe(alert.summary)
    }
})

test('no runbook is left without its alert', () => {
  const named = new Set(alerts.map(({ runbook }) => runbook))
  for (const name of readdirSync(`${runbooks}alerts`)) expect(named).toContain(`alerts/${name}`)
})

test.each(recordings.map(({ record, expr }) => [record, expr]))('%s records what there is', (record, expr) => {
  expect(record).toMatch(/^[a-z_]+:shimscope_[a-z_]+:(?:sum|count|ratio)$/)
  expect(unknownIn(expr)).toEqual([])
})

test('a query for what nobody has is noticed', () => {
  expect(unknownIn('sum by (code) (shimscope_verdict{code="x"})')).toEqual(['shimscope_verdict'])
  expect(unknownIn('shimscope_verdicts{colour="x"} > 0')).toEqual(['shimscope_verdicts{colour}'])
  expect(unknownIn('instance:shimscope_verdicts:sum')).toEqual(['instance:shimscope_verdicts:sum'])
  expect(unknownIn('1 + 1')).toHaveLength(1)
})

const promtool = spawnSync('promtool', ['--version']).error === undefined

describe.skipIf(!promtool && process.env['CI'] !== 'true')('promtool (skipped: it is not installed)', () => {
  test.each(['check', 'test'])('%s rules', (what) => {
    using files = folder()
    const rules = files.write('shimscope.rules.yaml', rulesFile())
    const tests = files.write('shimscope.rules.test.yaml', testsFile('shimscope.rules.yaml'))
    const { status, stdout, stderr } = spawnSync('promtool', [what, 'rules', what === 'check' ? rules : tests], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(stdout).toContain('SUCCESS')
    expect(status).toBe(0)
  })

  test('a case that is wrong is noticed', () => {
    using files = folder()
    files.write('shimscope.rules.yaml', rulesFile().replaceAll('status="firing"', 'status="pending"'))
    const tests = files.write('shimscope.rules.test.yaml', testsFile('shimscope.rules.yaml'))
    const { status, stderr } = spawnSync('promtool', ['test', 'rules', tests], { encoding: 'utf8' })
    expect(stderr).toContain('FAILED')
    expect(status).toBe(1)
  })
})
