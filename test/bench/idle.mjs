// A Node process that does nothing: how late its timers are is the machine's doing.
import { watchLoop } from './loop-watch.mjs'

const watch = watchLoop()
process.on('message', () => process.send(watch.take(), () => process.exit(0)))
