import { compareSync, hashSync } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { admission } from '../../../../src/outputs/http/door/credentials.ts'
import { openDoor } from '../../../../src/outputs/http/door/door.ts'
import type { PasswordCheck } from '../../../../src/outputs/http/door/password-worker.ts'

const users = new Map([
  ['alice', hashSync('correct horse', 4)],
  ['bob', hashSync('battery', 5)],
])
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

/** bcrypt itself, in this thread; what it was asked is kept. */
function counting() {
  const asked: PasswordCheck[] = []
  return {
    asked,
    compare: async (check: PasswordCheck) => {
      asked.push(check)
      return compareSync(check.password, check.hash)
    },
  }
}
const always = () => true

describe('who is admitted', () => {
  const door = { ...openDoor, users, bearerToken: 'a-token-of-some-length' }
  const admit = admission(door, counting().compare)
  test.each([
    [undefined, 'no-credentials'],
    ['', 'no-credentials'],
    ['Basic', 'no-credentials'],
    ['Digest username="alice"', 'no-credentials'],
    [basic('alice', 'correct horse'), 'admitted'],
    [basic('alice', 'correct horse').replace('Basic', 'bAsIc'), 'admitted'],
    [basic('bob', 'battery'), 'admitted'],
    [basic('alice', 'battery'), 'wrong-credentials'],
    [basic('alice', ''), 'wrong-credentials'],
    [basic('', ''), 'wrong-credentials'],
    [basic('mallory', 'correct horse'), 'wrong-credentials'],
    [basic('constructor', 'x'), 'wrong-credentials'],
    ['Basic !!!', 'wrong-credentials'],
    [`Basic ${Buffer.from('alice').toString('base64')}`, 'wrong-credentials'],
    [`Basic ${Buffer.from([0xff, 0x3a, 0x00]).toString('base64')}`, 'wrong-credentials'],
    ['Bearer a-token-of-some-length', 'admitted'],
    ['bearer a-token-of-some-length', 'admitted'],
    ['Bearer a-token-of-some-lengtH', 'wrong-credentials'],
    ['Bearer a-token-of-some-length ', 'wrong-credentials'],
    ['Bearer undefined', 'wrong-credentials'],
  ])('%j: %s', async (authorization, expected) => expect(await admit(authorization, always)).toBe(expected))

  test('everybody, where nobody must bring anything', async () => {
    expect(await admission(openDoor, counting().compare)(undefined, always)).toBe('admitted')
  })

  test('a token where only passwords count, and the reverse', async () => {
    const { compare } = counting()
    expect(await admission({ ...openDoor, users }, compare)('Bearer undefined', always)).toBe('wrong-credentials')
    const tokenOnly = admission({ ...openDoor, bearerToken: 'a-token-of-some-length' }, compare)
    expect(await tokenOnly(basic('alice', 'correct horse'), always)).toBe('wrong-credentials')
  })
})

describe('what passwords cost', () => {
  test('each is hashed once, right or wrong, also when many ask at once', async () => {
    const { asked, compare } = counting()
    const admit = admission({ ...openDoor, users }, compare)
    const right = basic('alice', 'correct horse')
    await Promise.all(Array.from({ length: 20 }, () => admit(right, always)))
    for (const tried of [right, right, basic('alice', 'wrong'), basic('alice', 'wrong')]) await admit(tried, always)
    expect(asked).toHaveLength(2)
  })

  test('a name that nobody has costs what the dearest of the others costs, and never gets in', async () => {
    const { asked, compare } = counting()
    const admit = admission({ ...openDoor, users }, compare)
    expect(await admit(basic('mallory', 'x'), always)).toBe('wrong-credentials')
    expect(asked.map(({ hash }) => hash.slice(0, 7))).toEqual(['$2b$05$'])
    // Even if the stand-in were to match.
    const lenient = admission({ ...openDoor, users }, async () => true)
    expect(await lenient(basic('mallory', 'x'), always)).toBe('wrong-credentials')
  })

  test('who guesses pushes out nobody who knows', async () => {
    const { asked, compare } = counting()
    const admit = admission({ ...openDoor, users: new Map([['alice', users.get('alice') ?? '']]) }, compare)
    await admit(basic('alice', 'correct horse'), always)
    for (let guess = 0; guess < 150; guess += 1) await admit(basic('alice', `guess ${guess}`), always)
    const before = asked.length
    expect(await admit(basic('alice', 'correct horse'), () => false)).toBe('admitted')
    expect(asked.length).toBe(before)
  })

  test('no more than agreed are tried, and no more than eight wait', async () => {
    const { asked, compare } = counting()
    const admit = admission({ ...openDoor, users }, compare)
    expect(await admit(basic('alice', 'a'), () => false)).toBe('busy')
    expect(asked).toEqual([])
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = admission({ ...openDoor, users }, async () => {
      await held
      return false
    })
    const answers = Array.from({ length: 30 }, (_, guess) => slow(basic('alice', `${guess}`), always))
    release()
    const all = await Promise.all(answers)
    expect(all.filter((answer) => answer === 'busy')).toHaveLength(22)
    expect(all.filter((answer) => answer === 'wrong-credentials')).toHaveLength(8)
  })

  test('a check that fails is no answer, and the next one is made', async () => {
    let fails = true
    const admit = admission({ ...openDoor, users }, async (check) => {
      if (fails) throw new Error('no thread')
      return compareSync(check.password, check.hash)
    })
    await expect(admit(basic('bob', 'battery'), always)).rejects.toThrow('no thread')
    fails = false
    expect(await admit(basic('bob', 'battery'), always)).toBe('admitted')
  })
})
