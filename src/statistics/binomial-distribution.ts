/**
 * P(X >= successes) for X ~ Binomial(trials, p), a finite sum. For whole numbers this is the regularised incomplete
 * beta function I_p(successes, trials - successes + 1) (Abramowitz and Stegun, Handbook of Mathematical Functions,
 * 26.5.24), so Clopper-Pearson bounds need no general beta quantile.
 * @param p between 0 and 1
 */
export function binomialUpperTail(successes: number, trials: number, p: number): number {
  if (successes <= 0) return 1
  if (successes > trials || p <= 0) return 0
  if (p >= 1) return 1
  // The side away from the mean is summed: its terms fall from the first on, so none is lost to underflow.
  return successes > trials * p
    ? sumUpwards(successes, trials, p)
    : Math.max(0, 1 - sumUpwards(trials - successes + 1, trials, 1 - p))
}

/** P(X <= successes), by symmetry. */
export function binomialLowerTail(successes: number, trials: number, p: number): number {
  return binomialUpperTail(trials - successes, trials, 1 - p)
}

function sumUpwards(from: number, trials: number, p: number): number {
  const odds = p / (1 - p)
  let term = Math.exp(logChoose(trials, from) + from * Math.log(p) + (trials - from) * Math.log1p(-p))
  let total = term
  for (let k = from; k < trials && term > total * 1e-18; k += 1) {
    term *= ((trials - k) / (k + 1)) * odds
    total += term
  }
  return Math.min(1, total)
}

function logChoose(trials: number, chosen: number): number {
  const fewer = Math.min(chosen, trials - chosen)
  let sum = 0
  for (let k = 1; k <= fewer; k += 1) sum += Math.log((trials - fewer + k) / k)
  return sum
}
