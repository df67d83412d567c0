import { describe, expect, it } from 'vitest'
import { parseRuncState } from '../../../src/core/procfs/runc-state.ts'

describe('parseRuncState', () => {
  it('tells whose state it is, and the annotations that stand among the labels', () => {
    const labels = ['io.kubernetes.cri.sandbox-name=web', 'weird=a=b', 'bundle=/run/x', 'no equals sign', 7]
    const text = JSON.stringify({ id: 'ab', init_process_pid: 128, init_process_start: 435468, config: { labels } })
    expect(parseRuncState(text)).toEqual({
      id: 'ab',
      initPid: 128,
      initStartTicks: 435468,
      annotations: new Map([
        ['io.kubernetes.cri.sandbox-name', 'web'],
        ['weird', 'a=b'],
        ['bundle', '/run/x'],
      ]),
    })
  })

  it('does without labels', () => {
    const state = { id: 'ab', init_process_pid: 1, init_process_start: 2 }
    expect(parseRuncState(JSON.stringify({ ...state, config: null }))?.annotations.size).toBe(0)
    expect(parseRuncState(JSON.stringify({ ...state, config: { labels: 'x' } }))?.annotations.size).toBe(0)
  })

  it.each(['', '{"id":"ab"', '[]', 'null', '{"id":1,"init_process_pid":2,"init_process_start":3}'])(
    'refuses %j',
    (text) => {
      expect(parseRuncState(text)).toBeUndefined()
    },
  )
})
