import { describe, expect, it } from 'vitest'
import { parseAddress, parseBootstrap, parseBundleConfig } from '../../../src/core/procfs/bundle.ts'

describe('parseBundleConfig', () => {
  it('keeps what says what the container is', () => {
    const config = parseBundleConfig(
      JSON.stringify({
        process: { args: ['/pause'], env: ['SECRET=1'] },
        annotations: { 'io.kubernetes.cri.sandbox-uid': 'u', number: 1 },
        linux: { cgroupsPath: '/kubepods/podu/1f', namespaces: [{ type: 'pid' }] },
      }),
    )
    expect(config).toEqual({
      annotations: new Map([['io.kubernetes.cri.sandbox-uid', 'u']]),
      cgroupsPath: '/kubepods/podu/1f',
      ownPidNamespace: true,
    })
  })

  it('sees that a pid namespace with a path is another’s', () => {
    expect(
      parseBundleConfig('{"linux":{"namespaces":[{"type":"pid","path":"/proc/7/ns/pid"}]}}')?.ownPidNamespace,
    ).toBe(false)
  })

  it.each(['', '{"proc', '[]', 'null', '7'])('does not understand %j', (text) => {
    expect(parseBundleConfig(text)).toBeUndefined()
  })
})

describe('the address of a shim', () => {
  it('is a line in 1.x and JSON in 2.x', () => {
    expect(parseAddress('unix:///run/containerd/s/54e4')).toBe('unix:///run/containerd/s/54e4')
    expect(parseBootstrap('{"version":3,"address":"unix:///run/containerd/s/54e4","protocol":"ttrpc"}')).toBe(
      'unix:///run/containerd/s/54e4',
    )
  })

  it('is not known from half a file', () => {
    expect(parseAddress('')).toBeUndefined()
    expect(parseBootstrap('{"version":3,"addr')).toBeUndefined()
  })
})
