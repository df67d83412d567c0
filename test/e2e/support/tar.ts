export interface Entry {
  path: string
  mode?: number
  content?: string | Buffer
  directory?: true
  linkTo?: string
}

/** A ustar archive: as much of tar as an image layer of ours needs. */
export function tar(entries: readonly Entry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocks), Buffer.alloc(1024)])
}

function blocks({ path, mode = 0o755, content = '', directory, linkTo }: Entry): Buffer[] {
  const body = Buffer.from(content)
  const header = Buffer.alloc(512)
  const octal = (value: number, at: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, '0'), at)
  header.write(path, 0)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(body.length, 124, 12)
  octal(0, 136, 12)
  header.write(directory ? '5' : linkTo ? '2' : '0', 156)
  header.write(linkTo ?? '', 157)
  header.write('ustar\u000000', 257)
  header.write(' '.repeat(8), 148) // the checksum is summed over blanks
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
}
