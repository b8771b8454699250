import { checkConfidence, checkCounts } from './check-counts.ts'
import type { Interval } from './interval.ts'
import { normalQuantile } from './normal-distribution.ts'

/**
 * Two-sided score interval of a proportion (Wilson, Journal of the American Statistical Association 22, 1927, 209-212),
 * without continuity correction. It covers about as often as it says on average, not for every true proportion: for
 * display, never for a gate.
 * @throws RangeError on what is no count, or no confidence
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  checkCounts(successes, trials, 'wilsonInterval')
  checkConfidence(confidence, 'wilsonInterval')
  const z = normalQuantile(1 - (1 - confidence) / 2)
  const share = successes / trials
  const centre = share + z ** 2 / (2 * trials)
  const half = z * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2))
  const scale = 1 + z ** 2 / trials
  // At the ends the two halves cancel exactly on paper; said outright, so that rounding cannot pass 0 or 1.
  return {
    lower: successes === 0 ? 0 : (centre - half) / scale,
    upper: successes === trials ? 1 : (centre + half) / scale,
  }
}
