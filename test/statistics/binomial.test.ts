import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clopperPearsonInterval, lowerBound, upperBound } from '../../src/statistics/binomial.ts'
import { binomialLowerTail } from '../../src/statistics/binomial-distribution.ts'

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
    expect(() => lowerBound(1, 2, 95)).toThrow(RangeError)
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

describe('clopperPearsonInterval', () => {
  /** Method 5 of table I in Newcombe, Statistics in Medicine 17, 1998, 857-872. */
  test.each([
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])('gives Newcombe’s published limits for %i of %i', (successes, trials, lower, upper) => {
    const interval = clopperPearsonInterval(successes, trials)
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  })

  test('agrees with the beta quantiles of SciPy 1.17.1 to ten digits, in large samples too', () => {
    const many = clopperPearsonInterval(9990, 10000)
    expect(many.lower).toBeCloseTo(0.9981617358657504, 10)
    expect(many.upper).toBeCloseTo(0.9995203602762358, 10)
    expect(lowerBound(24, 25)).toBeCloseTo(0.8238792893954819, 10)
    expect(upperBound(0, 59)).toBeCloseTo(1 - 0.05 ** (1 / 59), 14)
  })

  test('covers the true proportion at least as often as it says, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (trials, p) => {
        let coverage = 0
        for (let k = 0; k <= trials; k += 1) {
          const { lower, upper } = clopperPearsonInterval(k, trials, 0.9)
          if (lower <= p && p <= upper)
            coverage += binomialLowerTail(k, trials, p) - binomialLowerTail(k - 1, trials, p)
        }
        expect(coverage).toBeGreaterThanOrEqual(0.9 - 1e-9)
      }),
    )
  })
})
