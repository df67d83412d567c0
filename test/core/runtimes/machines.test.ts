import { describe, expect, it } from 'vitest'
import type { ProcessDetail, ProcessSample } from '../../../src/core/model/process.ts'
import { known, unread } from '../../../src/core/model/reading.ts'
import { runtimes } from '../../../src/core/runtimes/index.ts'
import { recognizer, resembler } from '../../../src/core/runtimes/recognize.ts'

const recognizeOne = recognizer(runtimes)
const resembles = resembler(runtimes)
const id = '3f'.repeat(32)

function processOf(argv: readonly string[], more: Partial<ProcessSample> = {}): ProcessSample {
  const first = argv[0] ?? ''
  return {
    key: '9@9',
    pid: 9,
    comm: first.slice(first.lastIndexOf('/') + 1).slice(0, 15),
    state: 'S',
    ppid: 1,
    pgrp: 9,
    session: 1,
    kernelThread: false,
    exiting: false,
    usage: { cpuTicks: 0, threads: 1, rssPages: 0, readAtMs: 0 },
    startTicks: 9,
    cgroup: unread,
    argv: known(argv),
    detail: undefined,
    ...more,
  }
}

const told = (argv: readonly string[], more?: Partial<ProcessSample>) => {
  const recognition = recognizeOne(processOf(argv, more))
  return (
    recognition && { runtime: recognition.runtime.id, program: recognition.runtime.program, role: recognition.role }
  )
}

describe('shims that share a name', () => {
  const kata = '/opt/kata/bin/containerd-shim-kata-v2'

  it('are told apart by the order of their flags', () => {
    const go = [kata, '-namespace', 'k8s.io', '-address', '/a', '-publish-binary', '/c', '-id', id]
    const rust = [kata, '-id', id, '-namespace', 'k8s.io', '-address', '/a', '-publish-binary', '/c']
    expect(told(go)).toMatchObject({ runtime: 'containerd-shim-kata-v2', role: 'shim' })
    expect(told(rust)).toMatchObject({ runtime: 'containerd-shim-kata-v2-rs', program: 'containerd-shim-kata-v2' })
  })

  it('leave a path to look at only where the id leads nowhere else', () => {
    const go = (named: string) =>
      recognizeOne(processOf([kata, '-namespace', 'k8s.io', '-address', '/a', '-id', named]))
    expect(go(id)).toMatchObject({ machineDirectory: `/run/vc/vm/${id}` })
    expect(go('../../../etc')).not.toHaveProperty('machineDirectory')
  })
})

describe('entries for many programs', () => {
  const shim = (name: string) => told([`/bin/${name}`, '-namespace', 'default', '-id', 'x', '-address', '/a'])

  it('bear the name that was seen', () => {
    expect(shim('containerd-shim-wasmtime-v2')).toMatchObject({ runtime: 'containerd-shim-wasmtime' })
    expect(shim('containerd-shim-acme-v7')).toMatchObject({
      runtime: 'containerd-shim-other',
      program: 'containerd-shim-acme-v7',
    })
  })

  it.each(['containerd-shim-acme', 'containerd-shim--v1x', 'containerd-shim-logger'])('leave %s alone', (name) => {
    expect(shim(name)).toBeUndefined()
  })

  it('are no more than so many, whatever strangers call themselves', () => {
    const one = recognizer(runtimes)
    const programs = Array.from({ length: 200 }, (_, at) => `/x/containerd-shim-a${at}-v1`).map(
      (program) => one(processOf([program, '-namespace', 'n', '-id', 'x', '-address', '/a']))?.runtime.program,
    )
    expect(new Set(programs).size).toBeLessThan(70)
    expect(programs.at(-1)).toBe('containerd-shim-*')
  })
})

describe('machines', () => {
  it.each([
    [['/usr/bin/qemu-system-x86_64', '-name', `sandbox-${id},debug-threads=on`], id],
    [['cloud-hypervisor', '--api-socket', `/run/vc/vm/${id}/clh-api.sock`], id],
    [
      ['firecracker', '--api-sock', `/run/vc/firecracker/${id.slice(0, 32)}/root/run/firecracker.socket`],
      id.slice(0, 32),
    ],
    [['/usr/libexec/virtiofsd', '--fd=3', '-o', `source=/run/kata-containers/shared/sandboxes/${id}/shared`], id],
  ])('%j is of a sandbox', (argv, of) => {
    expect(recognizeOne(processOf(argv))).toMatchObject({ role: 'machine', kind: 'vm', id: of, startedBy: 'shim' })
  })

  it.each([
    [['/usr/bin/qemu-system-x86_64', '-name', 'guest=build']],
    [['cloud-hypervisor', '--api-socket', '/tmp/ch.sock']],
    [['/usr/libexec/virtiofsd', '--shared-dir', '/srv']],
    [['qemu-img', 'convert', '-name']],
  ])('%j is of somebody else', (argv) => {
    expect(recognizeOne(processOf(argv))).toBeUndefined()
  })

  it('that show no more than their name are in doubt, others are not', () => {
    expect(resembles(processOf([], { comm: 'qemu-system-x86' }))).toBe('machine')
    expect(resembles(processOf(['/bin/server'], { comm: 'exe' }))).toBeUndefined()
  })
})

describe('engines', () => {
  const create = ['crun', '--root', '/run/crun', 'create', '--bundle', '/b', 'web']
  const seen = (innerPids: readonly number[], exe: string): ProcessDetail =>
    ({ innerPids: known(innerPids), exe: known({ path: exe, deleted: false }) }) as unknown as ProcessDetail

  it('are known though their program hangs in no tree', () => {
    expect(recognizeOne(processOf(create, { detail: seen([9], '/') }))).toMatchObject({ verb: 'create', id: 'web' })
    expect(recognizeOne(processOf(create, { detail: seen([9], '/usr/bin/sleep') }))).toBeUndefined()
  })

  it('that say `create` inside of a container wait for its start', () => {
    expect(recognizeOne(processOf(create, { session: 9, detail: seen([9, 1], '/') }))).toMatchObject({ verb: 'init' })
  })
})
