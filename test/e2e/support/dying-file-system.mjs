/**
 * A file system that dies as one of the network does: after SIGUSR1 nobody is answered, after SIGUSR2 all are who wait.
 *   node dying-file-system.mjs MOUNTPOINT     its root holds an empty directory named `bundle`; MOUNTPOINT.pid tells our pid
 *   … MOUNTPOINT first                        dead from the beginning, but for the thread that asks first
 * It speaks the kernel's side of FUSE. fuse(4), include/uapi/linux/fuse.h
 */
import { spawnSync } from 'node:child_process'
import { openSync, read, writeFileSync, writeSync } from 'node:fs'

const [, , mountPoint, whom = 'all'] = process.argv
const ROOT = 1n
const BUNDLE = 2n
const ops = { lookup: 1, forget: 2, getattr: 3, init: 26, opendir: 27, readdir: 28, releasedir: 29, batchForget: 42 }
const ENOENT = 2
const ENOSYS = 38

const device = openSync('/dev/fuse', 'r+')
const options = 'fd=3,rootmode=40000,user_id=0,group_id=0'
const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'dying', mountPoint], {
  stdio: ['ignore', 'inherit', 'inherit', device],
})
if (mounted.status !== 0) process.exit(1)
writeFileSync(`${mountPoint}.pid`, `${process.pid}\n`)

let isDead = whom === 'first'
/** The thread that is answered in any case. */
let favourite = 0
let waiting = []
process.on('SIGUSR1', () => {
  isDead = true
  favourite = 0
})
process.on('SIGUSR2', () => {
  isDead = false
  waiting.forEach(answer)
  waiting = []
})

const request = Buffer.alloc(1 << 20)
function next() {
  read(device, request, 0, request.length, null, (error, length) => {
    // ENODEV: it was unmounted.
    if (error !== null) process.exit(0)
    const asked = Buffer.from(request.subarray(0, length))
    const asker = asked.readUInt32LE(32)
    if (whom === 'first') favourite ||= asker
    // The kernel itself asks as nobody.
    if (isDead && asker !== 0 && asker !== favourite) waiting.push(asked)
    else answer(asked)
    next()
  })
}
next()

/** struct fuse_in_header: len, opcode, unique, nodeid, uid, gid, pid, padding; then what the operation takes. */
function answer(asked) {
  const op = asked.readUInt32LE(4)
  const unique = asked.readBigUInt64LE(8)
  const nodeId = asked.readBigUInt64LE(16)
  if (op === ops.forget || op === ops.batchForget) return
  if (op === ops.init) return reply(unique, 0, initOut())
  if (op === ops.getattr) return reply(unique, 0, Buffer.concat([Buffer.alloc(16), attributes(nodeId)]))
  if (op === ops.lookup && nodeId === ROOT && asked.subarray(40).toString() === 'bundle\0') {
    const entry = Buffer.alloc(40)
    entry.writeBigUInt64LE(BUNDLE, 0)
    return reply(unique, 0, Buffer.concat([entry, attributes(BUNDLE)]))
  }
  if (op === ops.lookup) return reply(unique, ENOENT, Buffer.alloc(0))
  if (op === ops.opendir) return reply(unique, 0, Buffer.alloc(16))
  if (op === ops.readdir || op === ops.releasedir) return reply(unique, 0, Buffer.alloc(0))
  reply(unique, ENOSYS, Buffer.alloc(0))
}

function reply(unique, errno, body) {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(16 + body.length, 0)
  header.writeInt32LE(-errno, 4)
  header.writeBigUInt64LE(unique, 8)
  try {
    writeSync(device, Buffer.concat([header, body]))
  } catch {
    // Who asked was ended meanwhile.
  }
}

/** Version 7.31. */
function initOut() {
  const out = Buffer.alloc(64)
  out.writeUInt32LE(7, 0)
  out.writeUInt32LE(31, 4)
  out.writeUInt32LE(4096, 20)
  return out
}

/** struct fuse_attr of a directory; valid for no time, so that each look asks us. */
function attributes(nodeId) {
  const out = Buffer.alloc(88)
  out.writeBigUInt64LE(nodeId, 0)
  out.writeUInt32LE(0o40755, 60)
  out.writeUInt32LE(2, 64)
  return out
}
