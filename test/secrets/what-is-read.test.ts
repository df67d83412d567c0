import { expect, it } from 'vitest'
import { interestOf } from '../../src/core/inspect.ts'
import { archiveSource } from '../../src/sources/archive.ts'
import { Collector } from '../../src/sources/collect.ts'
import type { ProcSource } from '../../src/sources/proc-source.ts'
import { everyPass } from '../../src/sources/rhythm.ts'
import { scenarios } from '../replay.ts'

/** Files, links and listings; `N` stands for a number, `…` for a bundle's files. */
const ofProcesses = [
  'cgroup',
  'cmdline',
  'cwd',
  'cwd/…',
  'exe',
  'fd',
  'fd/N',
  'mountinfo',
  'net/tcp',
  'net/tcp6',
  'net/unix',
  'ns/mnt',
  'ns/net',
  'root',
  'root/…',
  'stat',
  'status',
  'task',
  'task/N/stat',
  'wchan',
]

/** A source that remembers what it was asked for. */
function watched(source: ProcSource, asked: Set<string>): ProcSource {
  const of = (path: string) => {
    const name = /^\/proc\/\d+\/(.*)$/.exec(path)?.[1]
    if (name !== undefined) asked.add(name.replace(/\b\d+\b/g, 'N').replace(/^(root|cwd)\/.*/, '$1/…'))
    return path
  }
  return {
    kind: source.kind,
    begin: () => source.begin(),
    list: (path) => source.list(of(path)),
    read: (path) => source.read(of(path)),
    readWhole: (path, limitBytes) => source.readWhole(of(path), limitBytes),
    link: (path) => source.link(of(path)),
    facts: (path) => source.facts(of(path)),
  }
}

it('of a process no more is read than this, whatever the node: never its environment, nor its memory', async () => {
  const asked = new Set<string>()
  for (const { moments } of scenarios()) {
    const looks = Array.from({ length: everyPass.waits }, () => moments).flat()
    const collector = new Collector(watched(archiveSource(looks), asked))
    for (const _ of looks) await collector.pass(interestOf)
  }
  expect([...asked].sort()).toEqual(ofProcesses)
})
