import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'
import { json } from 'node:stream/consumers'
import type { Access } from './http-config.ts'

/** What an agent answers to a question of its API. Rejects when it cannot be asked, or answers anything but 200. */
export function askAgent(url: URL, { headers, tls }: Access): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? getSecure : getPlain
    get(url, { headers, ...tls, timeout: 10_000 }, (answer) => {
      if (answer.statusCode === 200) return json(answer).then(resolve, reject)
      answer.resume()
      reject(new Error(`the agent answered ${answer.statusCode}`))
    })
      .on('timeout', function (this: { destroy(error: Error): void }) {
        this.destroy(new Error('the agent did not answer'))
      })
      .on('error', reject)
  })
}
