import { binomialUpperTail } from './binomial-distribution.ts'
import { checkConfidence, checkCounts } from './check-counts.ts'
import type { Interval } from './interval.ts'

/**
 * One-sided lower confidence bound of a proportion after Clopper and Pearson (Biometrika 26, 1934, 404-413):
 * the p at which seeing `successes` or more of `trials` has probability `1 - confidence`.
 * @returns a proportion, 0 where nothing succeeded. 25 of 25 gives 0.887 at 95 %.
 * @throws RangeError on what is no count, or no confidence
 */
export function lowerBound(successes: number, trials: number, confidence = 0.95): number {
  checkCounts(successes, trials, 'lowerBound')
  checkConfidence(confidence, 'lowerBound')
  if (successes === 0) return 0
  const alpha = 1 - confidence
  if (successes === trials) return alpha ** (1 / trials)
  let [low, high] = [0, 1]
  for (let step = 0; step < 64; step += 1) {
    const middle = (low + high) / 2
    if (binomialUpperTail(successes, trials, middle) < alpha) low = middle
    else high = middle
  }
  return low
}

/**
 * One-sided upper confidence bound, from the same source: the p at which `successes` or fewer have probability
 * `1 - confidence`. 0 failures of 59 leave a failure rate of up to 0.0495 at 95 %.
 */
export function upperBound(successes: number, trials: number, confidence = 0.95): number {
  checkCounts(successes, trials, 'upperBound')
  return 1 - lowerBound(trials - successes, trials, confidence)
}

/**
 * Two-sided Clopper-Pearson interval: each end alone errs with half of `1 - confidence`, so it covers at least as
 * often as it says, for every true proportion. For gates; `wilsonInterval` is for display.
 */
export function clopperPearsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  const oneSided = 1 - (1 - confidence) / 2
  return { lower: lowerBound(successes, trials, oneSided), upper: upperBound(successes, trials, oneSided) }
}
