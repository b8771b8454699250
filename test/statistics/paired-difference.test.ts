import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pairedDifferenceInterval } from '../../src/statistics/paired-difference.ts'

const outcomes = fc
  .record({
    both: fc.nat({ max: 40 }),
    only_before: fc.nat({ max: 40 }),
    only_after: fc.nat({ max: 40 }),
    neither: fc.nat({ max: 40 }),
  })
  .filter(({ both, only_before, only_after, neither }) => both + only_before + only_after + neither > 0)

describe('pairedDifferenceInterval', () => {
  test.each([
    ['Newcombe (1998), table II', { both: 36, only_before: 2, only_after: 12, neither: 0 }, 0.0569, 0.3404],
    [
      'Fagerland, Lydersen and Laake (2014), airways',
      { both: 1, only_before: 7, only_after: 1, neither: 12 },
      -0.507,
      -0.026,
    ],
  ])('gives the interval of %s', (_source, table, lower, upper) => {
    const interval = pairedDifferenceInterval(table)
    expect(interval.lower).toBeCloseTo(lower, 3)
    expect(interval.upper).toBeCloseTo(upper, 3)
  })

  test('holds the difference and lies between -1 and 1, and turns round with before and after', () => {
    fc.assert(
      fc.property(outcomes, ({ both, only_before, only_after, neither }) => {
        const n = both + only_before + only_after + neither
        const { lower, upper } = pairedDifferenceInterval({ both, only_before, only_after, neither })
        const difference = (only_after - only_before) / n
        expect(lower).toBeGreaterThanOrEqual(-1)
        expect(lower).toBeLessThanOrEqual(difference + 1e-12)
        expect(upper).toBeGreaterThanOrEqual(difference - 1e-12)
        expect(upper).toBeLessThanOrEqual(1)
        const turned = pairedDifferenceInterval({ both, only_before: only_after, only_after: only_before, neither })
        expect(turned.lower).toBeCloseTo(-upper, 12)
        expect(turned.upper).toBeCloseTo(-lower, 12)
      }),
    )
  })

  test('is as wide as Wilson allows where nothing differs, and needs a record', () => {
    expect(pairedDifferenceInterval({ both: 30, only_before: 0, only_after: 0, neither: 0 }).upper).toBeCloseTo(
      0.1135,
      3,
    )
    expect(() => pairedDifferenceInterval({ both: 0, only_before: 0, only_after: 0, neither: 0 })).toThrow(RangeError)
  })
})
