/**
 * One-sided lower confidence bound of a proportion after Clopper and Pearson (Biometrika 26, 1934, 404-413):
 * the p at which seeing `successes` or more of `trials` has probability `1 - confidence`.
 * @returns a proportion, 0 where nothing succeeded. 25 of 25 gives 0.887 at 95 %.
 */
export function lowerBound(successes: number, trials: number, confidence = 0.95): number {
  if (
    !(Number.isInteger(successes) && Number.isInteger(trials) && 0 <= successes && successes <= trials && trials > 0)
  ) {
    throw new RangeError(
      `lowerBound needs whole numbers 0 <= successes <= trials, trials > 0; got ${successes} of ${trials}`,
    )
  }
  if (successes === 0) return 0
  const alpha = 1 - confidence
  if (successes === trials) return alpha ** (1 / trials)
  let [low, high] = [0, successes / trials]
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (upperTail(successes, trials, middle) < alpha) low = middle
    else high = middle
  }
  return low
}

/** P(X >= successes) for X ~ Binomial(trials, p), summed in logarithms. */
function upperTail(successes: number, trials: number, p: number): number {
  if (p <= 0) return 0
  let logTerm = trials * Math.log1p(-p)
  let below = Math.exp(logTerm)
  for (let k = 1; k < successes; k += 1) {
    logTerm += Math.log(((trials - k + 1) / k) * (p / (1 - p)))
    below += Math.exp(logTerm)
  }
  return Math.max(0, 1 - below)
}
