/**
 * Quantile of type 7 (Hyndman and Fan, The American Statistician 50, 1996, 361-365): linear between the order
 * statistics at (n - 1) × probability; R's default and what tinybench computes.
 * @param samples in any order, any unit @throws RangeError on an empty sample
 */
export function quantile(samples: readonly number[], probability: number): number {
  if (samples.length === 0) throw new RangeError('a quantile needs at least one sample')
  const sorted = samples.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * probability
  const lower = sorted[Math.floor(position)] as number
  const upper = sorted[Math.ceil(position)] as number
  return lower + (upper - lower) * (position - Math.floor(position))
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}
