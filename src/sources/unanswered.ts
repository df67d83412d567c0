/**
 * Calls to a file system that have not returned yet, in threads of Node's own: one that is dead never answers. Node waits
 * for such a thread when it ends, so that who ends has to know. libuv, src/threadpool.c, uv__threadpool_cleanup
 */
export const unanswered = new Set<Promise<unknown>>()

/** Counts among the unanswered until it returns. */
export async function answerOf<T>(call: Promise<T>): Promise<T> {
  unanswered.add(call)
  try {
    return await call
  } finally {
    unanswered.delete(call)
  }
}
