/** Waits for a condition of the world by asking again; never by guessing how long something takes. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  withinMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.5, 200)) {
    const answer = await ask()
    if (answer !== undefined && answer !== false && answer !== null) return answer
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
