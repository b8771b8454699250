import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wilsonInterval } from '../../src/statistics/wilson.ts'

describe('wilsonInterval', () => {
  /** Method 3 of table I in Newcombe, Statistics in Medicine 17, 1998, 857-872. */
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives Newcombe’s published limits for %i of %i', (successes, trials, lower, upper) => {
    const interval = wilsonInterval(successes, trials)
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  })

  test('refuses what is no count, and 95 for 0.95', () => {
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError)
    expect(() => wilsonInterval(1, 2, 95)).toThrow(RangeError)
  })

  test('holds the observed share, mirrors failures, and ends where the score test does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 300 }), (trials, chosen) => {
        const successes = Math.min(chosen, trials)
        const { lower, upper } = wilsonInterval(successes, trials)
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(upper).toBeLessThanOrEqual(1)
        expect(lower).toBeLessThanOrEqual(successes / trials)
        expect(upper).toBeGreaterThanOrEqual(successes / trials)
        expect(wilsonInterval(trials - successes, trials).lower).toBeCloseTo(1 - upper, 12)
        for (const end of [lower, upper].filter((each) => each > 0 && each < 1)) {
          const score = Math.abs(successes / trials - end) / Math.sqrt((end * (1 - end)) / trials)
          expect(score).toBeCloseTo(1.959964, 5)
        }
      }),
    )
  })
})
