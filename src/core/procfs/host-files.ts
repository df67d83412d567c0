/** `btime` of `/proc/stat`: the wall clock at boot, in ms. proc(5) */
export function parseBootTime(text: string): number | undefined {
  const seconds = /^btime (\d+)$/m.exec(text)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

/** First field of `/proc/uptime`, in ms. proc(5) */
export function parseUptime(text: string): number | undefined {
  const seconds = /^(\d+\.\d+) /.exec(text)?.[1]
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000)
}

/** Threads that exist on the node: behind the slash in `/proc/loadavg`. proc(5) */
export function parseThreadCount(text: string): number | undefined {
  const threads = /^\S+ \S+ \S+ \d+\/(\d+) /.exec(text)?.[1]
  return threads === undefined ? undefined : Number(threads)
}

/** Size of a page, from the first mapping of `/proc/self/smaps`. It is 4096 on x86, up to 65536 on arm64. proc(5) */
export function parsePageBytes(text: string): number | undefined {
  const kilobytes = /^KernelPageSize: +(\d+) kB$/m.exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

export function parseInteger(text: string): number | undefined {
  const trimmed = text.trim()
  return /^\d+$/.test(trimmed) ? Number(trimmed) : undefined
}
