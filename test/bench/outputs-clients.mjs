// Clients of the feed that do nothing but note when a delta came: node outputs-clients.mjs URL COUNT
import { WebSocket } from 'ws'

const [url, count] = process.argv.slice(2)
/** By seq: how many have it, and when the last of them got it. */
const arrived = new Map()
let greeted = 0

for (let number = 0; number < Number(count); number += 1) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live`, { perMessageDeflate: false })
  socket.on('message', (bytes) => {
    const now = process.hrtime.bigint()
    // Its beginning is enough to tell it, and 1,000 clients that parse it all would be what is measured.
    const [, type, seq] = /^\{"type":"(\w+)","seq":(\d+)/.exec(bytes.toString('latin1', 0, 64)) ?? []
    if (type === 'snapshot') {
      greeted += 1
      if (greeted === Number(count)) process.send('all are greeted')
    }
    if (type !== 'delta') return
    const { clients } = arrived.get(seq) ?? { clients: 0 }
    arrived.set(seq, { clients: clients + 1, lastNs: now })
  })
  // A thousand handshakes at once would overflow the queue of those that wait to be accepted.
  if (number % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 20))
}
process.on('message', () => {
  process.send([...arrived].map(([seq, { clients, lastNs }]) => ({ seq, clients, lastNs: String(lastNs) })))
  arrived.clear()
})
process.on('disconnect', () => process.exit(0))
