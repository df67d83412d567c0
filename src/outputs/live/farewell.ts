import type { WebSocket } from 'ws'

/** Says goodbye to all, and hangs up on those that have not answered after `patienceMs`. */
export function farewell(sockets: ReadonlySet<WebSocket>, patienceMs: number, done: () => void): void {
  const hangUp = () => {
    for (const socket of sockets) socket.terminate()
    clearTimeout(timer)
    done()
  }
  const timer = setTimeout(hangUp, patienceMs)
  let left = sockets.size
  if (left === 0) hangUp()
  for (const socket of sockets) {
    socket.once('close', () => {
      left--
      if (left === 0) hangUp()
    })
    socket.close(1001, 'shimscope is shutting down')
  }
}
