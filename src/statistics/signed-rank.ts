import { checkConfidence } from './check-counts.ts'
import type { Interval } from './interval.ts'
import { midranks } from './midranks.ts'
import { normalQuantile, normalUpperTail } from './normal-distribution.ts'
import { median } from './quantile.ts'
import { sum } from './sum.ts'

/** Up to so many differences that are not zero the distribution is enumerated: some milliseconds at most. */
const exactUpTo = 200

export interface SignedRankResult {
  readonly pairs: number
  /** pairs without any difference */
  readonly zeros: number
  /** sum of the ranks of positive differences */
  readonly positive_rank_sum: number
  readonly method: 'exact' | 'normal-approximation'
  /** two-sided; 1 where no pair differs */
  readonly p_value: number
  /** what it would be if all differences had one sign: above the level, there is too little to say */
  readonly least_p_value: number
  /** Hodges-Lehmann estimate of the typical difference, in the unit of the differences */
  readonly pseudomedian: number
  /** around the pseudomedian; absent where there are too few pairs for the confidence: below 6 at 95 % */
  readonly interval?: Interval
}

/**
 * Paired differences: Wilcoxon's signed-rank test (Biometrics Bulletin 1, 1945, 80-83), the median of all Walsh
 * averages (Hodges and Lehmann, Annals of Mathematical Statistics 34, 1963, 598-611) and Tukey's interval between two
 * of them (Hollander and Wolfe, Nonparametric Statistical Methods, 1973, section 3.3).
 *
 * Ties share their mean rank, and p is exact for the ranks as they are tied. Zeros are ranked with the others, then
 * left out of the sum (Pratt, Journal of the American Statistical Association 54, 1959, 655-667): dropping them before
 * can make evidence grow by lowering every difference. The interval takes the differences to come from a continuous
 * distribution. Beyond 200 differences, a normal approximation with continuity correction.
 * @param differences after minus before, one a pair
 * @throws RangeError on no pair, or a difference that is no finite number
 */
export function signedRank(differences: readonly number[], confidence = 0.95): SignedRankResult {
  checkConfidence(confidence, 'signedRank')
  if (differences.length === 0 || !differences.every(Number.isFinite)) {
    throw new RangeError('signedRank needs at least one pair, and finite differences')
  }
  const pairs = differences.length
  const ranked = midranks(differences.map(Math.abs)).map((rank, index) => ({
    rank,
    difference: differences[index] as number,
  }))
  const ranks = ranked.filter(({ difference }) => difference !== 0).map(({ rank }) => rank)
  const positive = sum(ranked.filter(({ difference }) => difference > 0).map(({ rank }) => rank))
  const smaller = Math.min(positive, sum(ranks) - positive)
  const averages = walshAverages(differences)
  const depth = intervalDepth(pairs, (1 - confidence) / 2)
  return {
    pairs,
    zeros: pairs - ranks.length,
    positive_rank_sum: positive,
    method: ranks.length <= exactUpTo ? 'exact' : 'normal-approximation',
    p_value: Math.min(1, 2 * lowerTail(ranks, smaller)),
    least_p_value: Math.min(1, 2 * lowerTail(ranks, 0)),
    pseudomedian: median(averages),
    ...(depth > 0 && {
      interval: { lower: averages[depth - 1] as number, upper: averages[averages.length - depth] as number },
    }),
  }
}

/** P(sum of a random half of the ranks <= limit): each rank is in or out with probability 1/2. */
function lowerTail(ranks: readonly number[], limit: number): number {
  if (ranks.length === 0) return 1
  if (ranks.length <= exactUpTo) {
    return sum(signedRankDistribution(ranks.map((rank) => 2 * rank)).subarray(0, 2 * limit + 1))
  }
  const deviation = Math.sqrt(sum(ranks.map((rank) => rank ** 2)) / 4)
  return normalUpperTail(Math.max(0, sum(ranks) / 2 - limit - 0.5) / deviation)
}

/** Probability of each sum from 0 on. Doubled ranks are whole even where ties share a rank. */
function signedRankDistribution(doubledRanks: readonly number[]): Float64Array {
  const probability = new Float64Array(sum(doubledRanks) + 1)
  probability[0] = 1
  let highest = 0
  for (const rank of doubledRanks) {
    highest += rank
    for (let total = highest; total >= 0; total -= 1) {
      const without = probability[total] as number
      const having = total >= rank ? (probability[total - rank] as number) : 0
      probability[total] = (without + having) / 2
    }
  }
  return probability
}

/** How many averages from either end the interval begins: the largest k with P(rank sum < k) <= alpha; 0 for none. */
function intervalDepth(pairs: number, alpha: number): number {
  if (pairs > exactUpTo) {
    const deviation = Math.sqrt((pairs * (pairs + 1) * (2 * pairs + 1)) / 24)
    return Math.floor((pairs * (pairs + 1)) / 4 + 0.5 + normalQuantile(alpha) * deviation)
  }
  const distribution = signedRankDistribution(Array.from({ length: pairs }, (_, index) => index + 1))
  let below = 0
  let depth = 0
  while (below + (distribution[depth] as number) <= alpha) {
    below += distribution[depth] as number
    depth += 1
  }
  return depth
}

/** Means of all pairs of differences, each with itself too, ascending: n (n + 1) / 2 of them. */
function walshAverages(differences: readonly number[]): number[] {
  const averages = differences.flatMap((first, index) => differences.slice(index).map((second) => (first + second) / 2))
  return averages.sort((a, b) => a - b)
}
