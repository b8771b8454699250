import { checkConfidence } from './check-counts.ts'
import type { Interval } from './interval.ts'
import { midranks } from './midranks.ts'
import { normalQuantile, normalUpperTail } from './normal-distribution.ts'
import { median } from './quantile.ts'
import { rankSumDistribution } from './rank-sum-distribution.ts'
import { sum } from './sum.ts'

/** Up to so many samples in both together the distribution is enumerated: some tenths of a second at most. */
const exactUpTo = 200

export interface RankSumResult {
  /** pairs of an earlier and a later sample in which the later is larger; equal ones count half */
  readonly u: number
  readonly method: 'exact' | 'normal-approximation'
  /** two-sided; 1 where all samples are equal */
  readonly p_value: number
  /** what it would be if the samples did not overlap: above the level, there is too little to say */
  readonly least_p_value: number
  /** Hodges-Lehmann estimate of how much larger the later samples are, in their unit */
  readonly shift: number
  /** around the shift; absent where there are too few samples for the confidence: 3 and 4 at 95 %, 4 and 4 suffice */
  readonly interval?: Interval
}

/**
 * Two samples without pairs: the rank-sum test (Mann and Whitney, Annals of Mathematical Statistics 18, 1947, 50-60),
 * the median of all differences (Hodges and Lehmann, the same Annals 34, 1963, 598-611) and Moses' interval between
 * two of them (Hollander and Wolfe, Nonparametric Statistical Methods, 1973, section 4.3).
 *
 * Ties share their mean rank, and p is exact for the ranks as they are tied: the probability of a rank sum at least as
 * far from its mean. The interval takes the samples to come from continuous distributions of one shape. Beyond 200
 * samples, a normal approximation with the variance of the tied ranks and continuity correction.
 * @throws RangeError on an empty sample, or a value that is no finite number
 */
export function rankSum(earlier: readonly number[], later: readonly number[], confidence = 0.95): RankSumResult {
  checkConfidence(confidence, 'rankSum')
  const pooled = [...later, ...earlier]
  if (earlier.length === 0 || later.length === 0 || !pooled.every(Number.isFinite)) {
    throw new RangeError('rankSum needs at least one value on both sides, and finite values')
  }
  const ranks = midranks(pooled)
  const laterSum = sum(ranks.slice(0, later.length))
  const mean = (later.length * (pooled.length + 1)) / 2
  const extreme = sum(ranks.toSorted((a, b) => b - a).slice(0, later.length)) - mean
  const lowest = mean - sum(ranks.toSorted((a, b) => a - b).slice(0, later.length))
  const probabilityOf = deviationTail(ranks, later.length)
  const differences = later.flatMap((after) => earlier.map((before) => after - before)).sort((a, b) => a - b)
  const depth = intervalDepth(earlier.length, later.length, (1 - confidence) / 2)
  return {
    u: laterSum - (later.length * (later.length + 1)) / 2,
    method: pooled.length <= exactUpTo ? 'exact' : 'normal-approximation',
    p_value: probabilityOf(Math.abs(laterSum - mean)),
    least_p_value: probabilityOf(Math.max(extreme, lowest)),
    shift: median(differences),
    ...(depth > 0 && {
      interval: { lower: differences[depth - 1] as number, upper: differences[differences.length - depth] as number },
    }),
  }
}

/** P(|rank sum of `size` of these ranks - its mean| >= deviation). */
function deviationTail(ranks: readonly number[], size: number): (deviation: number) => number {
  const n = ranks.length
  if (n > exactUpTo) {
    const spread = sum(ranks.map((rank) => (rank - (n + 1) / 2) ** 2)) / n
    const standard = Math.sqrt((size * (n - size) * spread) / (n - 1))
    return (deviation) =>
      standard === 0 ? 1 : Math.min(1, 2 * normalUpperTail(Math.max(0, deviation - 0.5) / standard))
  }
  // What one side gains the other loses, so the smaller may be drawn. Doubled midranks are whole.
  const drawn = Math.min(size, n - size)
  const scale = ranks.every(Number.isInteger) ? 1 : 2
  const { least, probabilities } = rankSumDistribution(
    ranks.map((rank) => scale * rank),
    drawn,
  )
  const mean = (drawn * (n + 1)) / 2
  return (deviation) =>
    Math.min(1, sum(probabilities.filter((_, at) => Math.abs((least + at) / scale - mean) >= deviation)))
}

/** How many differences from either end the interval begins: the largest k with P(U < k) <= alpha; 0 for none. */
function intervalDepth(m: number, n: number, alpha: number): number {
  if (m + n > exactUpTo) {
    const standard = Math.sqrt((m * n * (m + n + 1)) / 12)
    return Math.max(0, Math.floor((m * n) / 2 + 0.5 + normalQuantile(alpha) * standard))
  }
  const untied = Array.from({ length: m + n }, (_, index) => index + 1)
  const { probabilities } = rankSumDistribution(untied, Math.min(m, n))
  let below = 0
  let depth = 0
  while (below + (probabilities[depth] as number) <= alpha) {
    below += probabilities[depth] as number
    depth += 1
  }
  return depth
}
