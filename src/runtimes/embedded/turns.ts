/** Lets callers through one at a time, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** How many are running or waiting. */
  get waiting(): number {
    return this.#waiting
  }

  /** Runs `work` when all earlier work has ended; a caller that gave up meanwhile is skipped. */
  async take<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    this.#waiting += 1
    const turn = this.#last.then(() => {
      signal.throwIfAborted()
      return work()
    })
    this.#last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      this.#waiting -= 1
    }
  }
}
