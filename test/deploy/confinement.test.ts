import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const path = (file: string) => fileURLToPath(new URL(`../../deploy/${file}`, import.meta.url))
const text = (file: string) => readFileSync(path(file), 'utf8')

interface Rule {
  readonly names: readonly string[]
  readonly action: string
  readonly args?: readonly object[]
}
const { syscalls, ...profile } = JSON.parse(text('seccomp/shimscope.json')) as {
  readonly defaultAction: string
  readonly syscalls: readonly Rule[]
}
const allowed = syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW')

describe('the seccomp profile', () => {
  test('refuses what it does not name, and names each system call once', () => {
    expect(profile.defaultAction).toBe('SCMP_ACT_ERRNO')
    const names = allowed.filter(({ names: [first] }) => first !== 'socket').flatMap((rule) => rule.names)
    expect(names).toEqual([...new Set(names)])
  })

  test('nothing in it ends, stops, traces or changes anybody', () => {
    const names = allowed.flatMap((rule) => rule.names)
    const never = /kill|signal|queueinfo|ptrace|process_|mount|bpf|module|^set[ugn]|chroot|exec.*at|fork|_uring|reboot/
    expect(names.filter((name) => never.test(name))).toEqual([])
    for (const name of ['clone', 'prlimit64', 'socket'])
      for (const rule of allowed.filter((one) => one.names.includes(name))) expect(rule.args).toHaveLength(1)
  })

  test("systemd's unit allows the same", () => {
    const lines = text('systemd/shimscope.service').match(/^SystemCallFilter=.*$/gm) ?? []
    const unit = lines.flatMap((line) => line.slice('SystemCallFilter='.length).split(' '))
    expect(unit.sort()).toEqual([...new Set([...allowed.flatMap((rule) => rule.names), 'clone3'])].sort())
  })
})

const parser = ['/usr/sbin/apparmor_parser', '/sbin/apparmor_parser'].find(
  (program) => spawnSync(program, ['--version']).error === undefined,
)

describe.skipIf(parser === undefined && process.env['CI'] !== 'true')(
  'the AppArmor profile (skipped: apparmor_parser is not installed)',
  () => {
    /** Compiled and not loaded: the kernel that tests run on need not have AppArmor. */
    const compile = (input: string) =>
      spawnSync(parser ?? 'apparmor_parser', ['--skip-kernel-load', '--skip-cache'], { input }).status

    test('is one that AppArmor understands', () => {
      const profile = text('apparmor/shimscope')
      expect(compile(profile)).toBe(0)
      expect(compile(profile.replace('ptrace (read)', 'ptrace (look)'))).not.toBe(0)
    })
  },
)
