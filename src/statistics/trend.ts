import { normalUpperTail } from './normal-distribution.ts'
import { median } from './quantile.ts'

export interface Trend {
  /** median of the slopes between all pairs, in the values' unit per step */
  readonly slope: number
  /** two-sided; 1 where nothing rises or falls */
  readonly p_value: number
}

/**
 * Whether values taken at equal steps rise or fall: the median of all pairwise slopes (Sen, Journal of the American
 * Statistical Association 63, 1968, 1379-1389) and Mann's test (Econometrica 13, 1945, 245-259) by Kendall's S in its
 * normal approximation with correction for ties and continuity. It takes the values to be independent of each other;
 * those of a slow process are not, so ask for a small p.
 * @throws RangeError on fewer than four values, for which the approximation says nothing, or what is no finite number
 */
export function trend(values: readonly number[]): Trend {
  const n = values.length
  if (n < 4 || !values.every(Number.isFinite))
    throw new RangeError(`trend needs at least four finite values; got ${n} of them`)
  const slopes: number[] = []
  let s = 0
  values.forEach((earlier, from) => {
    values.slice(from + 1).forEach((later, steps) => {
      slopes.push((later - earlier) / (steps + 1))
      s += Math.sign(later - earlier)
    })
  })
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const spread = (size: number): number => size * (size - 1) * (2 * size + 5)
  const variance = [...counts.values()].reduce((left, size) => left - spread(size), spread(n)) / 18
  const z = variance === 0 ? 0 : Math.max(0, Math.abs(s) - 1) / Math.sqrt(variance)
  return { slope: median(slopes), p_value: variance === 0 ? 1 : Math.min(1, 2 * normalUpperTail(z)) }
}
