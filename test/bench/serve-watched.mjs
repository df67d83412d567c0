// Preloaded into `serve`: watches the event loop of its main thread, when the bench asks for it and no longer, since
// watching costs CPU itself. Questions come by IPC: `watch`, `take`, `stop`.
import { isMainThread } from 'node:worker_threads'
import { watchLoop } from './loop-watch.mjs'

if (isMainThread && process.send !== undefined) {
  let watch
  // Nobody who is asked nothing stays for that.
  const { channel } = process
  queueMicrotask(() => channel.unref())
  process.on('message', (question) => {
    switch (question) {
      case 'watch':
        watch ??= watchLoop()
        return process.send({})
      case 'take':
        return process.send(watch.take())
      case 'stop':
        watch.stop()
        watch = undefined
        return process.send({})
    }
  })
}
