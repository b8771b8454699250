import type { Interval } from './interval.ts'
import { medianInterval } from './median-interval.ts'
import { percentileIsBorne } from './percentile-is-borne.ts'
import { median, quantile } from './quantile.ts'

/** What n samples of one population say, in their unit, and no more than n bears. */
export interface Distribution {
  readonly n: number
  readonly median: number
  /** By order statistics, 95 %; absent below n = 6. */
  readonly median_interval?: Interval
  /** Each only where n bears it: from 29, 59 and 299 samples on. */
  readonly p90?: number
  readonly p95?: number
  readonly p99?: number
  readonly max: number
}

/** @returns undefined for no samples */
export function distributionOf(samples: readonly number[]): Distribution | undefined {
  if (samples.length === 0) return undefined
  const n = samples.length
  const interval = medianInterval(samples)
  const borne = (probability: number): number | undefined =>
    percentileIsBorne(probability, n) ? quantile(samples, probability) : undefined
  const [p90, p95, p99] = [borne(0.9), borne(0.95), borne(0.99)]
  return {
    n,
    median: median(samples),
    ...(interval && { median_interval: { lower: interval.lower, upper: interval.upper } }),
    ...(p90 !== undefined && { p90 }),
    ...(p95 !== undefined && { p95 }),
    ...(p99 !== undefined && { p99 }),
    max: samples.reduce((most, sample) => Math.max(most, sample), Number.NEGATIVE_INFINITY),
  }
}
