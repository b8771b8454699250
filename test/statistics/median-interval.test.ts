import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { medianInterval } from '../../src/statistics/median-interval.ts'
import { median } from '../../src/statistics/quantile.ts'

const oneTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1)

describe('medianInterval', () => {
  /** "Confidence Intervals for the Population Median", the table that textbooks print: n, ranks, coverage in per cent. */
  test.each([
    [6, 1, 6, 96.9],
    [7, 1, 7, 98.4],
    [8, 1, 8, 99.2],
    [9, 2, 8, 96.1],
    [10, 2, 9, 97.9],
    [11, 2, 10, 98.8],
    [12, 3, 10, 96.1],
    [13, 3, 11, 97.8],
    [15, 4, 12, 96.5],
    [16, 4, 13, 97.9],
    [17, 5, 13, 95.1],
    [18, 5, 14, 96.9],
    [19, 5, 15, 98.1],
    [20, 6, 15, 95.9],
  ])('of %i samples spans ranks %i to %i', (n, lower, upper, percent) => {
    const interval = medianInterval(oneTo(n))
    expect(interval).toMatchObject({ lower, upper })
    expect((interval?.coverage ?? 0) * 100).toBeCloseTo(percent, 1)
  })

  test('is absent below six samples, where even the extremes cover too rarely', () => {
    for (const n of [0, 1, 2, 3, 4, 5]) expect(medianInterval(oneTo(n))).toBeUndefined()
    expect(medianInterval(oneTo(5), 0.9)).toMatchObject({ lower: 1, upper: 5 })
  })

  test('holds the sample median, keeps its coverage, and does not depend on order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 6, maxLength: 120 }),
        fc.constantFrom(0.8, 0.9, 0.95),
        (samples, confidence) => {
          const interval = medianInterval(samples, confidence)
          if (!interval) throw new Error('six samples bear an interval')
          expect(interval.lower).toBeLessThanOrEqual(median(samples))
          expect(interval.upper).toBeGreaterThanOrEqual(median(samples))
          expect(interval.coverage).toBeGreaterThanOrEqual(confidence)
          expect(medianInterval(samples.toReversed(), confidence)).toEqual(interval)
        },
      ),
    )
  })
})
