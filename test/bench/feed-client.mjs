// A client of the feed that applies every delta, as the page does: node feed-client.mjs URL
import { WebSocket } from 'ws'
import { follow } from '../../dist/outputs/live/client.js'

const frames = {}
let hasView = false
follow({
  url: process.argv[2],
  open: (address) => new WebSocket(address),
  changed({ current }, { type }) {
    frames[type] = (frames[type] ?? 0) + 1
    if (hasView || current === undefined) return
    hasView = true
    process.send('has a view')
  },
})
process.on('message', () => process.send(frames))
process.on('disconnect', () => process.exit(0))
