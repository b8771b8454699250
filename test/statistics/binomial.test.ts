import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lowerBound } from '../../src/statistics/binomial.ts'

describe('lowerBound', () => {
  test('gives the published values: 25 of 25, 59 of 59, 9 of 10', () => {
    expect(lowerBound(25, 25)).toBeCloseTo(0.8871, 4)
    expect(lowerBound(59, 59)).toBeGreaterThanOrEqual(0.95)
    expect(lowerBound(58, 58)).toBeLessThan(0.95)
    expect(lowerBound(9, 10)).toBeCloseTo(0.6058, 4)
    expect(lowerBound(22, 25)).toBeCloseTo(0.718, 3)
  })

  test('is 0 where nothing succeeded, and refuses what is no count', () => {
    expect(lowerBound(0, 7)).toBe(0)
    expect(() => lowerBound(3, 2)).toThrow(RangeError)
    expect(() => lowerBound(1, 0)).toThrow(RangeError)
  })

  test('stays below the observed share, grows with successes, and falls with confidence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (a, b) => {
        const [k, n] = [Math.min(a, b), Math.max(a, b)]
        const bound = lowerBound(k, n)
        expect(bound).toBeLessThan(k / n)
        if (k > 1) expect(bound).toBeGreaterThan(lowerBound(k - 1, n))
        expect(lowerBound(k, n, 0.99)).toBeLessThan(bound)
      }),
    )
  })
})
