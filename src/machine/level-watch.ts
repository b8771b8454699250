/** Before, peak and after of what was sampled, in its own unit. */
export interface Movement {
  readonly before: number
  readonly peak: number
  readonly after: number
}

/** What is left of thousands of samples of one level: enough for any threshold to be judged later. */
export interface LevelFacts extends Movement {
  /** For each length of time within what was watched, the highest level that was not left for so long. */
  readonly held: { seconds: number; level: number }[]
  /** The lowest level of each stretch of time, in order: 64 at most. */
  readonly series: { every_ms: number; lowest: number[] }
}

/** Lengths of time for which a level may be held, in seconds. */
export const heldSeconds = [1, 2, 5, 10, 30] as const
/** Fewer samples within a length of time say nothing about it. */
const fewestSamples = 3
const longestSeries = 64

interface Sample {
  readonly at_ms: number
  readonly level: number
}

/** Watches one level, sample by sample, in bounded memory. */
export class LevelWatch {
  readonly #windows = heldSeconds.map((seconds) => new HeldLevel(seconds))
  #first: Sample | undefined
  #last: Sample | undefined
  #peak = Number.NEGATIVE_INFINITY
  #every_ms: number
  #lowest: number[] = []

  /** @param every_ms the stretch that a point of the series begins with; it doubles whenever the series is full */
  constructor(every_ms: number) {
    this.#every_ms = every_ms
  }

  /** Takes a sample; times never go back. */
  add(at_ms: number, level: number): void {
    const sample = { at_ms, level }
    this.#first ??= sample
    this.#last = sample
    this.#peak = Math.max(this.#peak, level)
    for (const window of this.#windows) window.add(sample)
    this.#draw(at_ms - this.#first.at_ms, level)
  }

  /** Undefined before the first sample. */
  facts(): LevelFacts | undefined {
    if (!this.#first || !this.#last) return undefined
    return {
      before: this.#first.level,
      peak: this.#peak,
      after: this.#last.level,
      held: this.#windows.flatMap(({ seconds, highest }) =>
        highest === undefined ? [] : [{ seconds, level: highest }],
      ),
      series: { every_ms: this.#every_ms, lowest: [...this.#lowest] },
    }
  }

  #draw(elapsed_ms: number, level: number): void {
    while (elapsed_ms >= this.#every_ms * longestSeries) {
      this.#lowest = this.#lowest.flatMap((each, index) =>
        index % 2 === 1 ? [] : [Math.min(each, this.#lowest[index + 1] ?? each)],
      )
      this.#every_ms *= 2
    }
    const at = Math.floor(elapsed_ms / this.#every_ms)
    // Stretches in which nobody looked are as the last one that somebody looked at.
    while (this.#lowest.length < at) this.#lowest.push(this.#lowest.at(-1) ?? level)
    this.#lowest[at] = Math.min(this.#lowest[at] ?? level, level)
  }
}

/** The highest minimum over all stretches of one length, by a queue of samples that rise. */
class HeldLevel {
  readonly seconds: number
  highest: number | undefined
  #rising: Sample[] = []
  #times: number[] = []
  #begun: number | undefined

  constructor(seconds: number) {
    this.seconds = seconds
  }

  add(sample: Sample): void {
    this.#begun ??= sample.at_ms
    const from = sample.at_ms - this.seconds * 1000
    while ((this.#rising.at(-1)?.level ?? Number.NEGATIVE_INFINITY) >= sample.level) this.#rising.pop()
    this.#rising.push(sample)
    this.#times.push(sample.at_ms)
    // The last sample before the stretch stays: the level was that one when the stretch began.
    while ((this.#times[1] ?? Number.POSITIVE_INFINITY) <= from) this.#times.shift()
    const oldest = this.#times[0] ?? sample.at_ms
    while ((this.#rising[0]?.at_ms ?? oldest) < oldest) this.#rising.shift()
    if (this.#begun > from || this.#times.length < fewestSamples) return
    const lowest = this.#rising[0]?.level ?? sample.level
    this.highest = Math.max(this.highest ?? lowest, lowest)
  }
}
