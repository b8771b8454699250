import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distributionOf } from '../../src/statistics/distribution.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

test('no sample has no distribution', () => {
  expect(distributionOf([])).toBeUndefined()
})

test('five samples bear a median and their maximum, no interval and no percentile', () => {
  expect(distributionOf(upTo(5))).toEqual({ n: 5, median: 3, max: 5 })
})

test('the interval appears at 6 samples, p90 at 29, p95 at 59, p99 at 299', () => {
  const shown = (n: number) => Object.keys(distributionOf(upTo(n)) ?? {}).filter((key) => /^p|interval/.test(key))
  expect([6, 28, 29, 58, 59, 298, 299].map((n) => shown(n).join(' '))).toEqual([
    'median_interval',
    'median_interval',
    'median_interval p90',
    'median_interval p90',
    'median_interval p90 p95',
    'median_interval p90 p95',
    'median_interval p90 p95 p99',
  ])
})

test('all that is shown is in order, whatever the samples', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 320 }), (samples) => {
      const { median, median_interval, p90, p95, p99, max } = distributionOf(samples) as NonNullable<
        ReturnType<typeof distributionOf>
      >
      const shown = [median_interval?.lower, median, p90, p95, p99, max].filter((each) => each !== undefined)
      expect(shown).toEqual(shown.toSorted((a, b) => a - b))
      if (median_interval) expect(median_interval.upper).toBeGreaterThanOrEqual(median)
    }),
  )
})
