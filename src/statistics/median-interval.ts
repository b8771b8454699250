import { binomialLowerTail } from './binomial-distribution.ts'
import { checkConfidence } from './check-counts.ts'
import type { Interval } from './interval.ts'

/** An interval between two of the samples, in their unit. */
export interface MedianInterval extends Interval {
  /** how often such an interval covers the true median of a continuous distribution, at least what was asked for */
  readonly coverage: number
}

/**
 * Distribution-free interval of the median: from the r-th smallest to the r-th largest sample, r as large as the
 * binomial distribution with p = 1/2 allows (Thompson, Annals of Mathematical Statistics 7, 1936, 122-128).
 * @returns undefined where even minimum to maximum covers too rarely: below n = 6 at 95 %
 */
export function medianInterval(samples: readonly number[], confidence = 0.95): MedianInterval | undefined {
  checkConfidence(confidence, 'medianInterval')
  const n = samples.length
  const misses = (rank: number): number => 2 * binomialLowerTail(rank - 1, n, 0.5)
  let rank = 0
  while (rank < n / 2 && misses(rank + 1) <= 1 - confidence) rank += 1
  if (rank === 0) return undefined
  const sorted = samples.toSorted((a, b) => a - b)
  return { lower: sorted[rank - 1] as number, upper: sorted[n - rank] as number, coverage: 1 - misses(rank) }
}
