/** Where a client wants to go on from: the last frame that it applied. */
export interface Since {
  readonly run: string
  readonly seq: number
}

/** `RUN:SEQ`; `undefined` for anything else, which then gets a snapshot. */
export function parseSince(text: unknown): Since | undefined {
  if (typeof text !== 'string') return undefined
  const parts = /^(.{1,200}):(0|[1-9][0-9]{0,14})$/s.exec(text)
  return parts === null ? undefined : { run: parts[1] as string, seq: Number(parts[2]) }
}
