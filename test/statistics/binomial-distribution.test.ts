import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binomialLowerTail, binomialUpperTail } from '../../src/statistics/binomial-distribution.ts'

describe('binomial tails', () => {
  test('are those of a fair coin tossed ten times', () => {
    expect(binomialLowerTail(2, 10, 0.5)).toBeCloseTo(56 / 1024, 14)
    expect(binomialUpperTail(8, 10, 0.5)).toBeCloseTo(56 / 1024, 14)
    expect(binomialUpperTail(0, 10, 0.5)).toBe(1)
    expect(binomialUpperTail(11, 10, 0.5)).toBe(0)
    expect(binomialUpperTail(3, 10, 0)).toBe(0)
    expect(binomialUpperTail(10, 10, 1)).toBe(1)
  })

  test('keep far tails that complements would lose', () => {
    expect(binomialUpperTail(100, 100, 0.5) / 2 ** -100).toBeCloseTo(1, 12)
    expect(binomialUpperTail(1, 100_000, 0.5)).toBe(1)
    expect(binomialLowerTail(10_000, 100_000, 0.5)).toBe(0)
  })

  test('agree with the sum over all outcomes, and complete each other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 30 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (trials, chosen, p) => {
          const k = Math.min(chosen, trials)
          let choose = 1
          let below = 0
          for (let at = 0; at < k; at += 1) {
            below += choose * p ** at * (1 - p) ** (trials - at)
            choose = (choose * (trials - at)) / (at + 1)
          }
          expect(binomialUpperTail(k, trials, p)).toBeCloseTo(1 - below, 12)
          if (k > 0) {
            expect(binomialUpperTail(k, trials, p) + binomialLowerTail(k - 1, trials, p)).toBeCloseTo(1, 12)
          }
        },
      ),
    )
  })
})
