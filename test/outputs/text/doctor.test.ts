import { expect, test } from 'vitest'
import type { ConnectorTrial, FieldName, Owner, Tries } from '../../../src/core/model/sight.ts'
import { type Diagnosis, diagnose, type Findings } from '../../../src/core/sight/diagnose.ts'
import { fields } from '../../../src/core/sight/fields.ts'
import { renderDoctor } from '../../../src/outputs/text/doctor.ts'
import { snapshot } from './sample.ts'

const style = { color: false, width: null, charset: 'utf8' as const }
const node = snapshot({})

/** A look by nobody at a node with a runtime: what is open to all is open, and of the rest only one's own. */
function findings(over: Partial<Findings['examination']> = {}, complete = true): Findings {
  const tries = fields.map(({ name, needs }): [FieldName, Map<Owner, Tries>] => [
    name,
    new Map<Owner, Tries>([
      ['runtime', needs.length === 0 ? { known: 3, denied: 0 } : { known: 0, denied: 3 }],
      ['own', { known: 1, denied: 0 }],
    ]),
  ])
  return {
    examination: {
      pid: 42,
      uid: 65_534,
      capabilities: [],
      initialUserNamespace: true,
      initialPidNamespace: true,
      self: 42,
      livesThere: true,
      mount: { hidepid: 'off', pidOnly: false, gid: 0 },
      cgroupVersions: ['v2'],
      tries: new Map(tries),
      ...over,
    },
    snapshot: { ...node, pass: { ...node.pass, source: 'live', complete } },
    showsKernelThreads: true,
    paths: { procfs: '/proc', cgroupfs: '/sys/fs/cgroup' },
    watching: { watched: { cgroup: 12, bundle: 0 }, refused: {} },
    connector: 'namespaces' as const,
    crossChecks: [{ oracle: 'pidtree', compared: 210, disagreements: [] }],
  }
}
const text = (diagnosis: Diagnosis): string => renderDoctor(diagnosis, style)

test('a reader without privilege: what is closed, what that costs, what would open it', () => {
  const diagnosis = diagnose(findings())
  expect(diagnosis.silent).toContain('shim-create-aborted')
  expect(diagnosis.fields.filter(({ sight }) => sight === 'closed').map(({ name }) => name)).toEqual(
    fields.filter(({ needs }) => needs.length > 0).map(({ name }) => name),
  )
  const shown = text(diagnosis)
  expect(shown).toContain('reader    pid 42, user 65534, no capability that helps')
  expect(shown).toMatch(/^cwd {8}closed {2}0\/3 {7}1\/1 {2}- {5}- {7}shims, engines$/m)
  expect(shown).toContain('CAP_SYS_PTRACE would open exe, cwd, root, ns/*, wchan.')
  expect(shown).toContain('CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH would open fd, bundle.')
  expect(shown).toContain('runAsUser 0')
})

test('CAP_SYS_PTRACE alone: the other one is what is missing', () => {
  const { advice } = diagnose(findings({ capabilities: ['CAP_SYS_PTRACE'] }))
  expect(advice.join('\n')).toContain('CAP_DAC_READ_SEARCH would open fd, bundle.')
  expect(advice.join('\n')).toContain('exe, cwd, root, ns/*, wchan: denied although the capabilities are held')
})

test('one that cannot be read does not silence what is said of the others', () => {
  const but = fields.map(({ name }): [FieldName, Map<Owner, Tries>] => [
    name,
    new Map([['runtime', { known: 13, denied: name === 'cwd' ? 1 : 0 }]]),
  ])
  const shown = text(diagnose(findings({ tries: new Map(but) })))
  expect(shown).toMatch(/these verdicts stay silent about those that cannot be read: .*shim-leaked/)
  expect(shown).not.toContain('stay silent: ')
})

test('nothing is closed: nothing to say', () => {
  const open = fields.map(({ name }): [FieldName, Map<Owner, Tries>] => [
    name,
    new Map([['runtime', { known: 1, denied: 0 }]]),
  ])
  const diagnosis = diagnose(findings({ tries: new Map(open) }))
  expect(diagnosis).toMatchObject({ silent: [], weaker: [], advice: [] })
  expect(text(diagnosis)).not.toContain('what that costs')
  expect(text(diagnosis)).not.toContain('what would help')
})

test('hidden processes: nothing is said of what is not shown', () => {
  const diagnosis = diagnose(findings({ mount: { hidepid: 'invisible', pidOnly: false, gid: 0 } }, false))
  expect(diagnosis.fields[0]).toMatchObject({ name: 'stat', sight: 'partly' })
  const shown = text(diagnosis)
  expect(shown).toContain('listing   incomplete')
  expect(shown).toContain('mounted with hidepid=invisible')
  expect(shown).toMatch(/these verdicts stay silent: .*container-shimless/)
  expect(shown).toContain('shim-leaked')
})

test('one pid namespace: where to look instead', () => {
  const inner = { ...findings({ initialPidNamespace: false, self: 1, livesThere: true }), showsKernelThreads: false }
  const shown = text(diagnose(inner))
  expect(shown).toContain('is of one pid namespace, not of the whole node')
  expect(shown).toContain('--path.procfs /host/proc')
})

test('a user namespace of its own makes capabilities worthless', () => {
  expect(diagnose(findings({ initialUserNamespace: false })).advice.join('\n')).toContain('do not reach')
})

test('disagreements are told one by one, and not by the thousand', () => {
  const many = Array.from({ length: 50 }, (_, pid) => ({
    kind: 'missing' as const,
    pid,
    ours: 'shown',
    theirs: 'not shown',
  }))
  const crossChecks = [
    { oracle: 'ps-list', skipped: 'ps is not \u001b[31minstalled' },
    { oracle: 'pidtree', compared: 60, disagreements: many },
  ]
  const shown = text(diagnose({ ...findings(), crossChecks }))
  expect(shown).toContain('pidtree disagrees about 50 of 60 processes')
  expect(shown).toContain('and 30 more')
  expect(shown).not.toContain('\u001b')
})

test('wake-ups: what is watched, what could not be, and that without any the timer looks', () => {
  const of = (refused: Record<string, number>, cgroup: number, connector: ConnectorTrial = 'namespaces') =>
    text(diagnose({ ...findings(), connector, watching: { watched: { cgroup, bundle: 1 }, refused } }))
  expect(of({}, 12)).toContain('inotify on 12 cgroups and 1 directory of bundles: a pass begins when')
  expect(of({ EACCES: 3 }, 12)).toContain('what could not be watched waits for --interval (EACCES 3 times)')
  expect(of({ EMFILE: 1 }, 0)).toContain(
    'none: no cgroup can be watched (EMFILE 1 time); a pass looks every --interval',
  )
  expect(of({}, 12)).toContain('are not heard: only in the first pid and user namespace')
  expect(of({}, 12, 'heard')).toContain("the kernel's events of processes, and inotify on 12 cgroups")
  expect(of({ EMFILE: 1 }, 0, 'heard')).toContain('no cgroup can be watched (EMFILE 1 time)')
  expect(of({}, 12, 'CAP_NET_ADMIN')).toContain('CAP_NET_ADMIN is needed before Linux 6.6')
  const recorded = {
    ...findings(),
    watching: null,
    connector: null,
    snapshot: { ...node, pass: { ...node.pass, source: 'archive' as const } },
  }
  expect(text(diagnose(recorded))).toContain('none: a recording has moments of its own')
})
