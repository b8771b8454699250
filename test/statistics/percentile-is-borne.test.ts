import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { percentileIsBorne, samplesToBear } from '../../src/statistics/percentile-is-borne.ts'

describe('percentileIsBorne', () => {
  /** 59 for 95 %/95 % and 299 for 95 %/99 % are the one-sided sizes after Wilks (1941) that tolerance tables print. */
  test.each([
    [0.5, 5],
    [0.9, 29],
    [0.95, 59],
    [0.99, 299],
  ])('bears the percentile %d from n = %i on', (probability, n) => {
    expect(samplesToBear(probability)).toBe(n)
    expect(percentileIsBorne(probability, n)).toBe(true)
    expect(percentileIsBorne(probability, n - 1)).toBe(false)
  })

  test('refuses percentages and low percentiles', () => {
    expect(() => percentileIsBorne(95, 100)).toThrow(RangeError)
    expect(() => percentileIsBorne(0.05, 100)).toThrow(RangeError)
    expect(() => percentileIsBorne(1, 100)).toThrow(RangeError)
  })

  test('is what the maximum’s own distribution says', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 0.999, noNaN: true }),
        fc.integer({ min: 0, max: 4000 }),
        (probability, n) => {
          const confidence = 1 - probability ** n
          fc.pre(Math.abs(confidence - 0.95) > 1e-9)
          expect(percentileIsBorne(probability, n)).toBe(confidence > 0.95)
        },
      ),
    )
  })
})
