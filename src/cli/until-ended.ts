/** Does some work with a signal that Ctrl-C and SIGTERM abort, so that what was started is ended in order. */
export async function untilEnded<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const ended = new AbortController()
  const end = (): void => ended.abort()
  process.once('SIGINT', end).once('SIGTERM', end)
  try {
    return await work(ended.signal)
  } finally {
    process.removeListener('SIGINT', end).removeListener('SIGTERM', end)
  }
}
