import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mcnemar } from '../../src/statistics/mcnemar.ts'

describe('mcnemar', () => {
  test('gives 0.070 for 1 against 7, as Fagerland, Lydersen and Laake (BMC Medical Research Methodology 13:91, 2013)', () => {
    const result = mcnemar(1, 7)
    expect(result.discordant).toBe(8)
    expect(result.p_value).toBeCloseTo(18 / 256, 14)
    expect(result.least_p_value).toBeCloseTo(2 / 256, 14)
  })

  test('gives 0.0000372 for the approval ratings of Agresti (Categorical Data Analysis, table 10.1): 150 against 86', () => {
    expect(mcnemar(150, 86).p_value).toBeCloseTo(3.7159361395713866e-5, 14)
  })

  test('cannot reach 5 % with fewer than six records that differ, and says nothing where none does', () => {
    expect(mcnemar(0, 0)).toEqual({ discordant: 0, p_value: 1, least_p_value: 1 })
    expect(mcnemar(2, 3).least_p_value).toBeCloseTo(0.0625, 14)
    expect(mcnemar(3, 3).least_p_value).toBeCloseTo(0.03125, 14)
    expect(() => mcnemar(-1, 2)).toThrow(RangeError)
    expect(() => mcnemar(0.5, 2)).toThrow(RangeError)
  })

  test('has no favourite side, and never rejects more often than its level', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (before, after) => {
        const { p_value, least_p_value } = mcnemar(before, after)
        expect(mcnemar(after, before).p_value).toBe(p_value)
        expect(p_value).toBeGreaterThanOrEqual(least_p_value)
      }),
    )
    for (let n = 1; n <= 20; n += 1) {
      let rejected = 0
      let choose = 1
      for (let k = 0; k <= n; k += 1) {
        if (mcnemar(k, n - k).p_value <= 0.05) rejected += choose / 2 ** n
        choose = (choose * (n - k)) / (k + 1)
      }
      expect(rejected).toBeLessThanOrEqual(0.05)
    }
  })
})
