import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { midranks } from '../../src/statistics/midranks.ts'
import { rankSum } from '../../src/statistics/rank-sum.ts'
import { rankSumDistribution } from '../../src/statistics/rank-sum-distribution.ts'

const oneTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1)

/** Samples of 1 to m + n without ties, of which the later exceed the earlier `u` times. */
function withU(m: number, n: number, u: number): [earlier: number[], later: number[]] {
  let left = u
  const later = oneTo(n)
    .toReversed()
    .map((rank) => {
      const raise = Math.min(m, left)
      left -= raise
      return rank + raise
    })
  return [oneTo(m + n).filter((rank) => !later.includes(rank)), later]
}

describe('rankSum', () => {
  test('gives test, estimate and interval of the permeability in Hollander and Wolfe (1973, examples 4.1 to 4.3)', () => {
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    const early = [1.15, 0.88, 0.9, 0.74, 1.21]
    const result = rankSum(early, term)
    expect(result).toMatchObject({ u: 35, method: 'exact' })
    expect(result.p_value / 2).toBeCloseTo(0.1272, 4)
    expect(result.shift).toBeCloseTo(0.305, 12)
    expect(result.interval?.lower).toBeCloseTo(-0.15, 12)
    expect(result.interval?.upper).toBeCloseTo(0.76, 12)
  })

  test('gives 0.0989 for the tied blood pressures of Mehta, Patel and Senchaudhuri (1988), as exactRankTests quotes them', () => {
    const control = [80, 94, 85, 90, 90, 90, 108, 94, 78, 105, 88]
    expect(rankSum(control, [94, 108, 110, 90]).p_value).toBeCloseTo(0.0989, 4)
  })

  test('gives 1/9 for the ages of SciPy’s documentation of mannwhitneyu', () => {
    const result = rankSum([20, 11, 17, 12], [19, 22, 16, 29, 24])
    expect(result.u).toBe(17)
    expect(result.p_value).toBeCloseTo(0.1111111111111111, 12)
  })

  /** Two-sided 5 %: Milton, Journal of the American Statistical Association 59, 1964, 925-934. */
  test.each([
    [4, 4, 0],
    [5, 5, 2],
    [6, 6, 5],
    [7, 7, 8],
    [8, 8, 13],
    [9, 9, 17],
    [10, 10, 23],
    [10, 5, 8],
    [12, 12, 37],
    [15, 15, 64],
    [20, 20, 127],
  ])('of %i and %i samples is significant up to the published U = %i', (m, n, critical) => {
    expect(rankSum(...withU(m, n, critical))).toMatchObject({ u: critical })
    expect(rankSum(...withU(m, n, critical)).p_value).toBeLessThanOrEqual(0.05)
    expect(rankSum(...withU(m, n, critical + 1)).p_value).toBeGreaterThan(0.05)
  })

  test('enumerates 200 samples: the count in whole numbers of any size gives the same', () => {
    expect(rankSum(...withU(100, 100, 5830)).p_value).toBeCloseTo(0.042509446135605165, 12)
  })

  test('approximates beyond, with the variance of the tied ranks, as SciPy 1.17.1', () => {
    const earlier = [...oneTo(100).map((i) => 2 * i + 1.1 - (i > 20 ? 22 : 0)), 181.1]
    const later = oneTo(101).map((i) => 2 * i)
    const result = rankSum(earlier, later)
    expect(result).toMatchObject({ u: 5941, method: 'normal-approximation' })
    expect(result.p_value).toBeCloseTo(0.0431662018986903, 10)
    expect(result.interval?.lower).toBeLessThan(result.shift)
    expect(result.interval?.upper).toBeGreaterThan(result.shift)
  })

  test('says that nothing differs where all are equal, at every size', () => {
    for (const n of [3, 150]) {
      const same = Array.from({ length: n }, () => 7)
      expect(rankSum(same, same)).toMatchObject({ p_value: 1, least_p_value: 1, shift: 0 })
    }
  })

  test('has no interval where the samples are too few for it, and refuses an empty one', () => {
    expect(rankSum([1, 2, 3], [4, 5, 6, 7])).not.toHaveProperty('interval')
    expect(rankSum([1, 2, 3, 4], [5, 6, 7, 8]).interval).toEqual({ lower: 1, upper: 7 })
    expect(() => rankSum([], [1])).toThrow(RangeError)
    expect(() => rankSum([1], [Number.POSITIVE_INFINITY])).toThrow(RangeError)
  })

  test('equals the enumeration of every division of the samples, with ties', () => {
    const samples = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(samples, samples, (earlier, later) => {
        const ranks = midranks([...later, ...earlier])
        const mean = (later.length * (ranks.length + 1)) / 2
        const deviation = (indices: number): number =>
          Math.abs(ranks.reduce((sum, rank, index) => sum + (indices & (1 << index) ? rank : 0), 0) - mean)
        const observed = deviation(2 ** later.length - 1)
        let [divisions, extreme] = [0, 0]
        for (let indices = 0; indices < 2 ** ranks.length; indices += 1) {
          if (indices.toString(2).replaceAll('0', '').length !== later.length) continue
          divisions += 1
          if (deviation(indices) >= observed) extreme += 1
        }
        const result = rankSum(earlier, later)
        expect(result.p_value).toBeCloseTo(extreme / divisions, 12)
        expect(result.p_value).toBeGreaterThanOrEqual(result.least_p_value)
      }),
    )
  })

  test('mirrors with the sides, and a constant added later is added to the shift', () => {
    const samples = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 4, maxLength: 20 })
    fc.assert(
      fc.property(samples, samples, fc.integer({ min: -500, max: 500 }), (earlier, later, constant) => {
        const result = rankSum(earlier, later)
        const mirrored = rankSum(later, earlier)
        expect(mirrored.p_value).toBeCloseTo(result.p_value, 12)
        expect(mirrored.shift).toBeCloseTo(-result.shift, 12)
        const moved = later.map((value) => value + constant)
        expect(rankSum(earlier, moved).shift).toBeCloseTo(result.shift + constant, 12)
        expect(result.interval?.lower).toBeLessThanOrEqual(result.shift)
        expect(result.interval?.upper).toBeGreaterThanOrEqual(result.shift)
      }),
    )
  })
})

describe('rankSumDistribution', () => {
  test('counts the ten pairs of five ranks', () => {
    const { least, probabilities } = rankSumDistribution([5, 1, 4, 2, 3], 2)
    expect(least).toBe(3)
    expect([...probabilities].map((probability) => Math.round(probability * 10))).toEqual([1, 1, 2, 2, 2, 1, 1])
  })
})
