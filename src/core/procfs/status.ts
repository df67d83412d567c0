export interface StatusFields {
  /** The pid in each pid namespace, outermost first; kernels before 4.1 do not say. */
  readonly innerPids: readonly number[] | undefined
  /** `undefined` for kernel threads and zombies, which have no memory. */
  readonly rssBytes: number | undefined
}

/** Parses `/proc/<pid>/status`. The `Name:` line is escaped by the kernel, so a comm cannot forge a line. proc(5) */
export function parseStatus(text: string): StatusFields | undefined {
  if (!text.startsWith('Name:')) return undefined
  const pids = /^NSpid:\s*([\d\s]+)$/m.exec(text)?.[1]
  const rss = /^VmRSS:\s*(\d+) kB$/m.exec(text)?.[1]
  return {
    innerPids: pids?.trim().split(/\s+/).map(Number),
    rssBytes: rss === undefined ? undefined : Number(rss) * 1024,
  }
}
