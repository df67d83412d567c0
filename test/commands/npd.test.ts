import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findingOf } from '../../src/outputs/text/npd.ts'
import { aContainer, aShim, aSnapshot, aVerdict } from '../core/snapshot/support/nodes.ts'
import { emptyNode, folder, leakedShim, shimscope } from './world.ts'

const config = JSON.parse(
  readFileSync(new URL('../../deploy/node-problem-detector/shimscope.json', import.meta.url), 'utf8'),
) as PluginConfig

/** As node-problem-detector reads it: docs/custom_plugin_monitor.md. */
interface PluginConfig {
  readonly plugin: string
  readonly pluginConfig: {
    readonly timeout: string
    readonly invoke_interval: string
    readonly max_output_length: number
  }
  readonly conditions: readonly { readonly type: string }[]
  readonly rules: readonly {
    readonly type: 'permanent' | 'temporary'
    readonly condition?: string
    readonly path: string
    readonly args: readonly string[]
    readonly timeout: string
  }[]
}

const recordings = new URL('../recordings/', import.meta.url).pathname
const demo = `${recordings}demo-pod-shim-killed.proc`
const all = () => true

describe('shimscope verdicts --output=npd', () => {
  test('0 and one line when nothing fires', async () => {
    using here = folder()
    const path = here.write('fine.proc', emptyNode)
    expect(await shimscope(['verdicts', '--output=npd', '--from', path])).toEqual({
      code: 0,
      out: 'no verdict fires\n',
      err: '',
    })
  })

  test('1 and the worst, with its pod, when something does', async () => {
    const { code, out } = await shimscope(['verdicts', '--output=npd', '--grace', '0s', '--from', demo])
    expect({ code, out }).toEqual({ code: 1, out: 'container-shimless: default/web (+1 more)\n' })
  })

  test('below --fail-on is no problem', async () => {
    using here = folder()
    const path = here.write('leaked.proc', leakedShim(600))
    const ask = (level: string) => shimscope(['verdicts', '--output=npd', '--fail-on', level, '--from', path])
    expect(await ask('critical')).toMatchObject({ code: 0 })
    expect(await ask('warning')).toMatchObject({ code: 1, out: expect.stringMatching(/^shim-leaked: shim abab/) })
  })

  test('2 and why, in at most 80 bytes, when it could not look', async () => {
    const { code, out } = await shimscope(['verdicts', '--output=npd', '--from', `/does/not/exist/${'é'.repeat(60)}`])
    expect(code).toBe(2)
    expect(out).toMatch(/^cannot look: the recording \/does\/not\/exist\/é+…\n$/)
    expect(Buffer.byteLength(out.trimEnd())).toBeLessThanOrEqual(80)
  })

  test('2 when processes may be hidden, or nothing is judged', () => {
    const { pass } = aSnapshot()
    expect(findingOf(aSnapshot({ pass: { ...pass, complete: false } }), all)).toMatchObject({ exitCode: 2 })
    expect(findingOf(aSnapshot({ pass: { ...pass, source: 'ps' } }), all)).toMatchObject({ exitCode: 2 })
    expect(findingOf(aSnapshot({ pass: { ...pass, complete: false }, verdicts: [aVerdict()] }), all)).toMatchObject({
      exitCode: 1,
    })
  })

  test('one line of at most 80 bytes, whatever a pod is called', () => {
    for (const name of ['ü'.repeat(200), 'a\nb\u001b[2J', '😀'.repeat(50)]) {
      const containers = [aContainer({ pod: { uid: 'u', name, namespace: 'n' } })]
      const verdicts = Array.from({ length: 1_000 }, (_, pid) =>
        aVerdict({ subject: { kind: 'shim', key: '4000@900', pid } }),
      )
      const { message } = findingOf(aSnapshot({ shims: [aShim()], containers, verdicts }), all)
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(80)
      expect(message).toMatch(/^shim-leaked: n\/\P{Cc}* \(\+999 more\)$/u)
      expect(message).not.toContain('\ufffd')
    }
  })
})

describe('the example configuration', () => {
  const seconds = (duration: string) => Number(/^(\d+)s$/.exec(duration)?.[1])

  test('is one that node-problem-detector takes', () => {
    expect(config.plugin).toBe('custom')
    for (const { type, condition, timeout, path } of config.rules) {
      // A longer timeout than the plugin's fails its validation.
      expect(seconds(timeout)).toBeLessThanOrEqual(seconds(config.pluginConfig.timeout))
      expect(path.startsWith('/')).toBe(true)
      if (type === 'permanent') expect(config.conditions.map((one) => one.type)).toContain(condition)
    }
    expect(config.pluginConfig.max_output_length).toBe(80)
  })

  test.each(config.rules.map(({ args, timeout }) => [args, timeout] as const))(
    '%j does what it should',
    async (args, timeout) => {
      const { code, out, err } = await shimscope([...args, '--from', demo, '--grace', '0s'])
      expect({ code, err }).toEqual({ code: 1, err: '' })
      expect(Buffer.byteLength(out.trimEnd())).toBeLessThanOrEqual(config.pluginConfig.max_output_length)
      // It looks a second time after the grace, and must be back before it is ended.
      const grace = args.find((arg) => arg.startsWith('--grace='))?.slice('--grace='.length) ?? ''
      expect(seconds(grace)).toBeLessThan(seconds(timeout))
    },
  )
})
