/**
 * What a file held. Node's Buffer has this shape; the core asks for no more, so that it needs no Node.
 * Valid until the source's next read: parse, do not keep.
 */
export interface Bytes {
  readonly length: number
  readonly [index: number]: number
  /** Decodes `[start, end)`. Bytes that are not UTF-8 become U+FFFD; latin1 loses nothing. */
  toString(encoding: 'utf8' | 'latin1', start?: number, end?: number): string
}
