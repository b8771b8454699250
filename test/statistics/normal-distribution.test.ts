import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalQuantile, normalUpperTail } from '../../src/statistics/normal-distribution.ts'

describe('standard normal distribution', () => {
  /** Abramowitz and Stegun, Handbook of Mathematical Functions, tables 26.1 and 26.2; to 16 digits from SciPy 1.17.1. */
  test.each([
    [0, 0.5],
    [1, 0.15865525393145707],
    [1.96, 0.024997895148220435],
    [3, 0.0013498980316300933],
    [3.5, 0.00023262907903552502],
    [5, 2.866515718791933e-7],
    [37, 5.7255712225239266e-300],
  ])('leaves the published share above %d', (z, tail) => {
    expect(normalUpperTail(z) / tail).toBeCloseTo(1, 11)
    expect(normalUpperTail(-z)).toBeCloseTo(1 - tail, 12)
  })

  /** The check values of algorithm AS 241 (Wichura, Applied Statistics 37, 1988, 477-484). */
  test.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.26234008979841],
    [0.5, 0],
  ])('has the published quantile at %d', (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 11)
  })

  test('refuses what is no probability', () => {
    expect(() => normalQuantile(0)).toThrow(RangeError)
    expect(() => normalQuantile(1)).toThrow(RangeError)
    expect(() => normalQuantile(Number.NaN)).toThrow(RangeError)
  })

  test('its quantile undoes its tail', () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (z) => {
        expect(normalQuantile(normalUpperTail(z))).toBeCloseTo(-z, 6)
      }),
    )
  })
})
