import { createHash, timingSafeEqual } from 'node:crypto'
import { asksForSecret, type Door } from './door.ts'
import { type Compare, passwordCheck } from './passwords.ts'

export type Admission = 'admitted' | 'no-credentials' | 'wrong-credentials' | 'busy'

/** Whether a request with this `Authorization` header may come in. `mayAsk`: whether another password may be tried. */
export type Admit = (authorization: string | undefined, mayAsk: () => boolean) => Promise<Admission>

/** Either of what is configured admits: the token, or the name and password of a user. */
export function admission(door: Door, compare: Compare): Admit {
  if (!asksForSecret(door)) return async () => 'admitted'
  const check = passwordCheck(door.users, compare)
  const token = door.bearerToken === undefined ? undefined : digest(door.bearerToken)
  return async (authorization, mayAsk) => {
    const [, scheme = '', value = ''] = /^([A-Za-z]+) +(.+)$/s.exec(authorization ?? '') ?? []
    switch (scheme.toLowerCase()) {
      case 'bearer':
        // Digests are of one length, whatever was sent.
        return token !== undefined && timingSafeEqual(digest(value), token) ? 'admitted' : 'wrong-credentials'
      case 'basic': {
        if (door.users.size === 0) return 'wrong-credentials'
        const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? []
        if (name === undefined || password === undefined) return 'wrong-credentials'
        const answer = await check(name, password, mayAsk)
        if (answer === 'busy') return 'busy'
        return answer === 'right' ? 'admitted' : 'wrong-credentials'
      }
      default:
        return 'no-credentials'
    }
  }
}

/** What a client may bring, for `WWW-Authenticate`. RFC 7617, RFC 6750 */
export const challenges = ({ users, bearerToken }: Door): readonly string[] => [
  ...(users.size > 0 ? ['Basic realm="shimscope", charset="UTF-8"'] : []),
  ...(bearerToken === undefined ? [] : ['Bearer realm="shimscope"']),
]

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
