import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { trend } from '../../src/statistics/trend.ts'

describe('a trend', () => {
  test("is Sen's median of all slopes, which an outlier does not move", () => {
    expect(trend([1, 2, 3, 4, 5, 6, 7, 8]).slope).toBe(1)
    expect(trend([1, 2, 3, 400, 5, 6, 7, 8]).slope).toBe(1)
  })

  test("has Mann's p by the normal approximation of Kendall's S, corrected for ties and continuity", () => {
    // S = 45, variance 10 × 9 × 25 / 18 = 125: z = 44 / √125
    expect(trend([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).p_value).toBeCloseTo(8.303e-5, 7)
    // One tie: S = 44, variance (2250 - 2 × 1 × 9) / 18 = 124: z = 43 / √124
    expect(trend([1, 2, 3, 3, 5, 6, 7, 8, 9, 10]).p_value).toBeCloseTo(0.0001127, 6)
  })

  test('is none where nothing moves, and says so with certainty', () => {
    expect(trend([5, 5, 5, 5])).toEqual({ slope: 0, p_value: 1 })
  })

  test('turns with the order, and scales with the unit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 40 }), (values) => {
        const forwards = trend(values)
        const backwards = trend(values.toReversed())
        expect(backwards.slope).toBeCloseTo(-forwards.slope, 9)
        expect(backwards.p_value).toBeCloseTo(forwards.p_value, 12)
        expect(trend(values.map((value) => 8 * value)).slope).toBeCloseTo(8 * forwards.slope, 9)
        expect(forwards.p_value).toBeGreaterThan(0)
        expect(forwards.p_value).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('of fewer than four values is refused', () => {
    expect(() => trend([1, 2, 3])).toThrow(RangeError)
    expect(() => trend([1, 2, 3, Number.NaN])).toThrow(RangeError)
  })
})
