import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holm } from '../../src/statistics/holm.ts'

describe('holm', () => {
  test('rejects the first and the fourth of 0.01, 0.04, 0.03, 0.005: the worked example of the method’s encyclopedia entry', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005])
    ;[0.03, 0.06, 0.06, 0.02].forEach((p, index) => {
      expect(adjusted[index]).toBeCloseTo(p, 12)
    })
  })

  test('keeps one p-value and none, and refuses what is no probability', () => {
    expect(holm([0.04])).toEqual([0.04])
    expect(holm([])).toEqual([])
    expect(() => holm([1.2])).toThrow(RangeError)
    expect(() => holm([Number.NaN])).toThrow(RangeError)
  })

  test('never lowers a p-value, never exceeds Bonferroni, keeps order, and rejects what stepping down rejects', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(probability, { minLength: 1, maxLength: 12 }), (pValues) => {
        const adjusted = holm(pValues)
        const byRank = pValues.toSorted((a, b) => a - b)
        const stop = byRank.findIndex((p, rank) => (byRank.length - rank) * p > 0.05)
        const threshold = stop === -1 ? Number.POSITIVE_INFINITY : (byRank[stop] as number)
        pValues.forEach((p, index) => {
          const own = adjusted[index] as number
          expect(own).toBeGreaterThanOrEqual(p)
          expect(own).toBeLessThanOrEqual(Math.min(1, p * pValues.length))
          expect(own <= 0.05).toBe(p < threshold)
          pValues.forEach((other, at) => {
            if (other > p) expect(adjusted[at]).toBeGreaterThanOrEqual(own)
          })
        })
      }),
    )
  })
})
