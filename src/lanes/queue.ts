/** Runs one piece of work after the other, whatever became of the one before. */
export type Queue = <Result>(work: () => Promise<Result>) => Promise<Result>

/** A queue of its own: a lane asks one record at a time, also where several suites of a file ask at once. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}
