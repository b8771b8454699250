import type { MemoryPressure } from './memory-pressure.ts'

/** Watches the kernel's pressure counters: what stood still while they were watched. */
export class StallWatch {
  #first: MemoryPressure | undefined
  #last: MemoryPressure | undefined
  #somePeak = 0
  #fullPeak = 0

  add(reading: MemoryPressure | undefined): void {
    if (!reading) return
    this.#first ??= reading
    this.#last = reading
    this.#somePeak = Math.max(this.#somePeak, reading.some.avg10)
    this.#fullPeak = Math.max(this.#fullPeak, reading.full.avg10)
  }

  /** Undefined where nothing could be read. Peaks are percent of ten seconds. */
  facts(): { some_avg10_peak: number; full_avg10_peak: number; some_ms: number; full_ms: number } | undefined {
    if (!this.#first || !this.#last) return undefined
    return {
      some_avg10_peak: this.#somePeak,
      full_avg10_peak: this.#fullPeak,
      some_ms: (this.#last.some.total_us - this.#first.some.total_us) / 1000,
      full_ms: (this.#last.full.total_us - this.#first.full.total_us) / 1000,
    }
  }
}

interface Swapped {
  readonly in_bytes: number
  readonly out_bytes: number
}

/** The rate of swapping in is a mean over so long, so that one burst is not taken for thrashing. */
const rateOver_ms = 5_000

/** Watches the counters of what was swapped. */
export class SwapWatch {
  #first: Swapped | undefined
  #recent: { at_ms: number; swapped: Swapped }[] = []
  #highest = 0

  add(at_ms: number, swapped: Swapped): void {
    this.#first ??= swapped
    this.#recent.push({ at_ms, swapped })
    while ((this.#recent[1]?.at_ms ?? Number.POSITIVE_INFINITY) <= at_ms - rateOver_ms) this.#recent.shift()
    const [oldest] = this.#recent
    if (oldest && at_ms - oldest.at_ms >= rateOver_ms) {
      const rate = ((swapped.in_bytes - oldest.swapped.in_bytes) * 1000) / (at_ms - oldest.at_ms)
      this.#highest = Math.max(this.#highest, rate)
    }
  }

  /** Bytes while it was watched, and the highest rate of swapping in over five seconds. */
  facts(): { in_bytes: number; out_bytes: number; highest_in_per_second: number } | undefined {
    const last = this.#recent.at(-1)?.swapped
    if (!this.#first || !last) return undefined
    return {
      in_bytes: last.in_bytes - this.#first.in_bytes,
      out_bytes: last.out_bytes - this.#first.out_bytes,
      highest_in_per_second: Math.round(this.#highest),
    }
  }
}
