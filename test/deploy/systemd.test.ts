import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const unit = readFileSync(fileURLToPath(new URL('../../deploy/systemd/shimscope.service', import.meta.url)), 'utf8')
const analyzes = spawnSync('systemd-analyze', ['--version']).error === undefined || process.env['CI'] === 'true'

describe.skipIf(!analyzes)('the systemd unit (skipped: systemd-analyze is not installed)', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shimscope-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const analyze = (text: string, ...argv: string[]) => {
    const file = join(folder, 'shimscope.service')
    // The program need not be installed for its unit to be read.
    writeFileSync(file, text.replace('/usr/bin/shimscope', '/bin/true'))
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...argv, file], { encoding: 'utf8' })
    return { status, said: stdout + stderr }
  }

  test('every line of it is one that systemd knows', () => {
    expect(analyze(unit, 'verify')).toEqual({ status: 0, said: '' })
    expect(analyze(unit.replace('ProtectProc=', 'ProtectProcs='), 'verify').said).toContain('ProtectProcs')
  })

  test('so are the lines that let it hear events of processes', () => {
    const readme = readFileSync(fileURLToPath(new URL('../../deploy/README.md', import.meta.url)), 'utf8')
    const lines = /<!-- events -->\n```ini\n\[Service\]\n([^`]*)```/.exec(readme)?.[1] ?? ''
    expect(lines.trim().split('\n')).toHaveLength(3)
    const both = unit.replace('[Install]', `[Service]\n${lines}\n[Install]`)
    expect(analyze(both, 'verify')).toEqual({ status: 0, said: '' })
    expect(analyze(both.replace('AF_NETLINK', 'AF_NETLINKS'), 'verify').said).toContain('AF_NETLINKS')
  })

  test('it is exposed no more than it needs to be', () => {
    expect(analyze(unit, 'security', '--offline=true', '--threshold=22', '--no-pager').status).toBe(0)
  })
})
