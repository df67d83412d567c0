// Preloaded into an agent (node --import): on SIGUSR2 each of its threads collects its garbage, and the main one writes
// what is in use then, in bytes by thread, to the file that COLLECTED names. Heap, and what hangs on it outside.
import { renameSync, writeFileSync } from 'node:fs'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const channel = new BroadcastChannel('collect-garbage')
channel.unref()

function usedByThisThread() {
  collect()
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

if (isMainThread) {
  let threads = {}
  let asked = 0
  process.on('SIGUSR2', () => {
    asked += 1
    threads = { main: usedByThisThread() }
    channel.postMessage({ asked })
  })
  channel.onmessage = ({ data }) => {
    if (data.asked !== asked) return
    threads[`worker ${data.thread}`] = data.bytes
    const file = process.env.COLLECTED
    writeFileSync(`${file}.new`, JSON.stringify({ asked, threads }))
    renameSync(`${file}.new`, file)
  }
} else {
  channel.onmessage = ({ data }) => {
    if (data.thread === undefined)
      channel.postMessage({ asked: data.asked, thread: threadId, bytes: usedByThisThread() })
  }
}
