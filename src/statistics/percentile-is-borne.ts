/**
 * Whether a sample is large enough to show this percentile: with 95 % confidence its maximum lies above the true one,
 * that is 1 - probability^n >= 0.95 (Wilks, Annals of Mathematical Statistics 12, 1941, 91-96). True for the 90th from
 * n = 29, the 95th from 59, the 99th from 299. Below, say "max of n".
 * @param probability 0.9 for the 90th percentile, as `quantile` takes it
 * @throws RangeError below 0.5, where the minimum and not the maximum is the bound, and from 1 on
 */
export function percentileIsBorne(probability: number, n: number): boolean {
  return n >= samplesToBear(probability)
}

/** The least n whose maximum bounds this percentile with 95 % confidence. */
export function samplesToBear(probability: number): number {
  if (!(probability >= 0.5 && probability < 1)) {
    throw new RangeError(`a percentile to show lies from 0.5 to below 1, such as 0.95; got ${probability}`)
  }
  return Math.ceil(Math.log(0.05) / Math.log(probability))
}
