import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { midranks } from '../../src/statistics/midranks.ts'
import { signedRank } from '../../src/statistics/signed-rank.ts'

/** 1 to n, of which some are positive whose ranks add to the sum. */
function withPositiveSum(n: number, sum: number): number[] {
  let left = sum
  return Array.from({ length: n }, (_, index) => n - index).map((rank) => {
    if (rank > left) return -rank
    left -= rank
    return rank
  })
}

describe('signedRank', () => {
  test('gives test, estimate and interval of the depression scale in Hollander and Wolfe (1973, examples 3.1 to 3.3)', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    const result = signedRank(after.map((value, index) => value - (before[index] as number)))
    expect(result).toMatchObject({ pairs: 9, zeros: 0, positive_rank_sum: 5, method: 'exact', p_value: 0.0390625 })
    expect(result.pseudomedian).toBeCloseTo(-0.46, 12)
    expect(result.interval?.lower).toBeCloseTo(-0.786, 12)
    expect(result.interval?.upper).toBeCloseTo(-0.01, 12)
  })

  test('gives median and 95.2 % interval of the membrane constants that Iowa State’s Stat 403 works through', () => {
    const result = signedRank([0.9, 1.13, 1.89, 1.14, 1.45, 1.38, 1.91, 1.64, 0.83, 1.46])
    expect(result.pseudomedian).toBeCloseTo(1.385, 12)
    expect(result.interval).toEqual({ lower: 1.13, upper: 1.67 })
  })

  test('gives 0.0413 for the plant heights of SciPy’s documentation of wilcoxon', () => {
    const result = signedRank([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75])
    expect(result).toMatchObject({ positive_rank_sum: 96, p_value: 0.041259765625 })
  })

  /** Two-sided 5 %: McCornack, Journal of the American Statistical Association 60, 1965, 864-871. */
  test.each([
    [6, 0],
    [7, 2],
    [8, 3],
    [9, 5],
    [10, 8],
    [11, 10],
    [12, 13],
    [13, 17],
    [14, 21],
    [15, 25],
    [16, 29],
    [17, 34],
    [18, 40],
    [19, 46],
    [20, 52],
    [21, 58],
    [22, 65],
    [23, 73],
    [24, 81],
    [25, 89],
  ])('of %i pairs is significant up to the published rank sum %i', (n, critical) => {
    expect(signedRank(withPositiveSum(n, critical)).p_value).toBeLessThanOrEqual(0.05)
    expect(signedRank(withPositiveSum(n, critical + 1)).p_value).toBeGreaterThan(0.05)
  })

  test('ranks zeros and leaves them out of the sum, as SciPy 1.17.1 does with zero_method pratt', () => {
    expect(signedRank([0, 0, 1, -1, 2, 2, 3, -2, 4, 5])).toMatchObject({
      pairs: 10,
      zeros: 2,
      positive_rank_sum: 42.5,
      p_value: 0.1171875,
    })
    expect(signedRank([0, 0])).toMatchObject({ p_value: 1, least_p_value: 1, pseudomedian: 0 })
  })

  test('enumerates 200 differences and approximates 201, both as SciPy 1.17.1', () => {
    const signed = (n: number): number[] =>
      Array.from({ length: n }, (_, index) => (index + 1) * ((index + 1) % 5 < 3 ? 1 : -1))
    const enumerated = signedRank(signed(200))
    expect(enumerated.method).toBe('exact')
    expect(enumerated.p_value).toBeCloseTo(0.016031469859695724, 12)
    const approximated = signedRank(signed(201))
    expect(approximated.method).toBe('normal-approximation')
    expect(approximated.p_value).toBeCloseTo(0.012176986736611606, 12)
    expect(approximated.interval?.lower).toBeCloseTo(enumerated.interval?.lower ?? Number.NaN, -1)
  })

  test('has no interval where the pairs are too few for it, and refuses none at all', () => {
    expect(signedRank([1, 2, 3, 4, 5])).not.toHaveProperty('interval')
    expect(signedRank([1, 2, 3, 4, 5]).least_p_value).toBe(0.0625)
    expect(signedRank([1, 2, 3, 4, 5, 6]).interval).toEqual({ lower: 1, upper: 6 })
    expect(() => signedRank([])).toThrow(RangeError)
    expect(() => signedRank([1, Number.NaN])).toThrow(RangeError)
  })

  test('equals the enumeration of every sign, with ties and zeros', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }), (differences) => {
        const all = midranks(differences.map(Math.abs))
        const ranks = all.filter((_, index) => differences[index] !== 0)
        const total = ranks.reduce((sum, rank) => sum + rank, 0)
        const result = signedRank(differences)
        const observed = Math.abs(result.positive_rank_sum - total / 2)
        let extreme = 0
        for (let signs = 0; signs < 2 ** ranks.length; signs += 1) {
          const positive = ranks.reduce((sum, rank, index) => sum + (signs & (1 << index) ? rank : 0), 0)
          if (Math.abs(positive - total / 2) >= observed) extreme += 1
        }
        expect(result.p_value).toBeCloseTo(extreme / 2 ** ranks.length, 12)
        expect(result.p_value).toBeGreaterThanOrEqual(result.least_p_value)
      }),
    )
  })

  test('mirrors with the sides, and its interval holds the pseudomedian', () => {
    const integers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 40 })
    fc.assert(
      fc.property(integers, (differences) => {
        const result = signedRank(differences)
        const mirrored = signedRank(differences.map((difference) => -difference))
        expect(mirrored.p_value).toBe(result.p_value)
        expect(mirrored.pseudomedian).toBeCloseTo(-result.pseudomedian, 12)
        expect(result.interval?.lower).toBeLessThanOrEqual(result.pseudomedian)
        expect(result.interval?.upper).toBeGreaterThanOrEqual(result.pseudomedian)
      }),
    )
  })
})
