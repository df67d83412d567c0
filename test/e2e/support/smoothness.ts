import type { Page } from 'playwright-core'

/** What Chromium says about a stretch of time on a page. */
export interface Stretch {
  /** Tasks that held the page for more than 50 ms. https://www.w3.org/TR/longtasks-1/ */
  readonly longTasks: readonly number[]
  /** Time from one frame to the next, in ms. */
  readonly frames: readonly number[]
  /** Processor time of the page's own thread. */
  readonly processorMs: number
  /** Most rows of the tree that were in the document at once. */
  readonly mostRows: number
}

/** Runs in the page before its own script: notes long tasks, frames, and when the first row of the tree was painted. */
const watch = `
  globalThis.seen = { longTasks: [], frames: [], mostRows: 0, firstRowMs: 0 }
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longTasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  let before
  const frame = (now) => {
    const rows = document.querySelectorAll('.space > .row').length
    if (rows > 0 && seen.firstRowMs === 0) setTimeout(() => (seen.firstRowMs = performance.now()))
    seen.mostRows = Math.max(seen.mostRows, rows)
    if (before !== undefined) seen.frames.push(now - before)
    before = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
`

export interface Smoothness {
  /** When the first row of the tree was painted, in ms since the page was asked for. */
  firstRowMs(): Promise<number>
  /** What was noted since the last call. */
  stretch(): Promise<Stretch>
}

/** To be called before the page is opened. */
export async function watchSmoothness(page: Page): Promise<Smoothness> {
  await page.addInitScript(watch)
  const devtools = await page.context().newCDPSession(page)
  // Processor time, not time on the wall: a long task may as well be a busy machine.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  let busySeconds = 0
  return {
    firstRowMs: async () => Number(await page.evaluate('seen.firstRowMs')),
    async stretch() {
      // The observer is told of a task after it has ended.
      await page.waitForTimeout(200)
      const noted = (await page.evaluate(
        '(() => { const now = { ...seen }; Object.assign(seen, { longTasks: [], frames: [], mostRows: 0 }); return now })()',
      )) as Omit<Stretch, 'processorMs'>
      const { metrics } = await devtools.send('Performance.getMetrics')
      const busy = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
      const processorMs = (busy - busySeconds) * 1000
      busySeconds = busy
      return { ...noted, processorMs }
    },
  }
}

/** One line for a person: how many long tasks, and how even the frames came. */
export function told({ longTasks, frames, processorMs, mostRows }: Stretch): string {
  const sorted = [...frames].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
  const sum = longTasks.reduce((total, duration) => total + duration, 0)
  const tasks =
    longTasks.length === 0
      ? 'no long task'
      : `${longTasks.length} long tasks, together ${Math.round(sum)} ms, the longest ${Math.round(Math.max(...longTasks))} ms`
  return `${tasks}; frame every ${at(0.5)} ms (p95 ${at(0.95)}, p99 ${at(0.99)}); ${seconds(frames.reduce((total, gap) => total + gap, 0))} with ${seconds(processorMs)} of processor time; at most ${mostRows} rows in the document`
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** Scrolls the tree to its end and back with the wheel, as a hand would. */
export async function scrollWithWheel(page: Page, turns: number): Promise<void> {
  await page.locator('#tree').hover()
  for (let turn = 0; turn < turns; turn++) {
    await page.mouse.wheel(0, turn < turns / 2 ? 700 : -700)
    await page.waitForTimeout(16)
  }
}

/** The ids of all rows that one meets on the way from the top of the tree to its end. */
export async function everyRowId(page: Page): Promise<readonly string[]> {
  return (await page.evaluate(`(async () => {
    const grid = document.getElementById('tree')
    const ids = new Set()
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    // Rows are drawn some way beyond what is in sight, so a step may be that much longer.
    const step = grid.clientHeight + 20 * document.querySelector('.space > .row').offsetHeight
    for (let top = 0; ; top += step) {
      grid.scrollTop = top
      await frame()
      for (const row of document.querySelectorAll('.space > .row')) ids.add(row.dataset.id)
      if (top >= grid.scrollHeight) return [...ids]
    }
  })()`)) as string[]
}
