/**
 * Two programs that no package offers, as static x86-64 machine code, so that tests need no compiler.
 * Each is one loadable segment behind an ELF header.
 */
const loadAddress = 0x400000

function elf(listing: string): Buffer {
  // Bytes on the left, what they mean on the right.
  const bytes = listing.split('\n').map((line) => /^ *((?:[0-9a-f]{2} )+) /.exec(line)?.[1] ?? '')
  const text = Buffer.from(bytes.join('').replaceAll(' ', ''), 'hex')
  const header = Buffer.alloc(120)
  header.write('\x7fELF\x02\x01\x01', 'latin1')
  header.writeUInt16LE(2, 16) // an executable
  header.writeUInt16LE(62, 18) // x86-64
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(loadAddress + 120), 24) // entry: right behind the headers
  header.writeBigUInt64LE(64n, 32) // program headers follow
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  header.writeUInt32LE(1, 64) // PT_LOAD
  header.writeUInt32LE(5, 68) // readable, executable
  header.writeBigUInt64LE(BigInt(loadAddress), 80)
  header.writeBigUInt64LE(BigInt(loadAddress), 88)
  header.writeBigUInt64LE(BigInt(120 + text.length), 96)
  header.writeBigUInt64LE(BigInt(120 + text.length), 104)
  header.writeBigUInt64LE(4096n, 112)
  return Buffer.concat([header, text])
}

/** What a pod's sandbox runs: pause(2), for ever. */
export const pause = elf(`
  b8 22 00 00 00          mov eax, 34       pause
  0f 05                   syscall
  eb f7                   jmp               back
`)

/** A process whose first thread has ended while another lives: a zombie leader, `Zl` in ps. */
export const leaderExits = elf(`
  b8 09 00 00 00          mov eax, 9        mmap: 64 KiB for a stack
  31 ff                   xor edi, edi
  be 00 00 01 00          mov esi, 65536
  ba 03 00 00 00          mov edx, 3        read, write
  41 ba 22 00 00 00       mov r10d, 0x22    private, anonymous
  49 c7 c0 ff ff ff ff    mov r8, -1
  45 31 c9                xor r9d, r9d
  0f 05                   syscall
  48 8d b0 00 00 01 00    lea rsi, [rax+65536]
  b8 38 00 00 00          mov eax, 56       clone
  bf 00 0f 05 00          mov edi, 0x50f00  VM, FS, FILES, SIGHAND, THREAD, SYSVSEM
  31 d2                   xor edx, edx
  45 31 d2                xor r10d, r10d
  45 31 c0                xor r8d, r8d
  0f 05                   syscall
  85 c0                   test eax, eax
  74 09                   jz                the new thread
  b8 3c 00 00 00          mov eax, 60       exit: this thread alone
  31 ff                   xor edi, edi
  0f 05                   syscall
  b8 22 00 00 00          mov eax, 34       the new thread: pause
  0f 05                   syscall
  eb f7                   jmp               back
`)

/** A process that has forked with vfork(2) and waits for its child, which never becomes another program: state D. */
export const waitsForChild = elf(`
  b8 3a 00 00 00          mov eax, 58       vfork
  0f 05                   syscall
  b8 22 00 00 00          mov eax, 34       the child, and nobody else comes here: pause
  0f 05                   syscall
  eb f7                   jmp               back
`)

/** A program with nine hundred threads that do nothing, all on one stack, since none of them uses it. */
export const manyThreads = elf(`
  bb 84 03 00 00          mov ebx, 900
  b8 38 00 00 00          mov eax, 56       clone
  bf 00 0f 05 00          mov edi, 0x50f00  VM, FS, FILES, SIGHAND, THREAD, SYSVSEM
  31 f6                   xor esi, esi      the same stack
  31 d2                   xor edx, edx
  45 31 d2                xor r10d, r10d
  45 31 c0                xor r8d, r8d
  0f 05                   syscall
  85 c0                   test eax, eax
  74 04                   jz                the new thread
  ff cb                   dec ebx
  75 e2                   jnz               the next clone
  b8 22 00 00 00          mov eax, 34       pause
  0f 05                   syscall
  eb f7                   jmp               back
`)
