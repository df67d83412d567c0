// Many clients of one agent, in a process of their own so that the agent's memory is the agent's alone. Each holds its own
// view; GET / on the socket tells what they hold together. One more stands beside them that reads nothing.
//   node feed-fleet.mjs URL COUNT SOCKET
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { follow } from '../../../dist/outputs/live/client.js'

const [url, count, socket] = process.argv.slice(2)
const clients = []
const seen = { frames: {}, bytes: 0, lost: [] }

for (let n = 0; n < Number(count); n++) {
  clients.push(
    follow({
      url,
      open(address) {
        const opened = new WebSocket(address, { perMessageDeflate: false })
        opened.on('message', (text) => {
          seen.bytes += text.length
        })
        return opened
      },
      changed(_, { type }) {
        seen.frames[type] = (seen.frames[type] ?? 0) + 1
      },
      linked(link) {
        if (link.state === 'lost') seen.lost.push(link.reason)
      },
    }),
  )
  // A thousand handshakes at once would overflow the queue of those that wait to be accepted.
  if (n % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 20))
}

// One that opens the feed and never reads, nor answers when it is asked to leave.
const { hostname, port } = new URL(url)
const stalled = connect(Number(port), hostname)
stalled.on('error', () => {})
stalled.pause()
stalled.write(
  `GET /api/v1/live HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
)

const four = ({ daemons, shims, containers, verdicts }) => ({ daemons, shims, containers, verdicts })

createServer((_, answer) => {
  const views = {}
  for (const client of clients) {
    const current = client.view()?.current
    const held =
      current === undefined
        ? 'nothing'
        : `${current.seq}:${createHash('sha256')
            .update(JSON.stringify(four(current)))
            .digest('hex')}`
    views[held] = (views[held] ?? 0) + 1
  }
  const first = clients[0].view()?.current
  answer.end(JSON.stringify({ ...seen, views, first: first && { seq: first.seq, ...four(first) } }))
}).listen(socket)
