import fc from 'fast-check'
import { Bench } from 'tinybench'
import { describe, expect, test } from 'vitest'
import { median, quantile } from '../../src/statistics/quantile.ts'

describe('quantile', () => {
  test('is type 7, as R computes it', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75)
    expect(quantile([15, 20, 35, 40, 50], 0.4)).toBe(29)
    expect(median([3, 1, 2])).toBe(2)
    expect(() => quantile([], 0.5)).toThrow(RangeError)
  })

  test('lies between the extremes and does not depend on order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (samples, probability) => {
          const value = quantile(samples, probability)
          expect(value).toBeGreaterThanOrEqual(Math.min(...samples))
          expect(value).toBeLessThanOrEqual(Math.max(...samples))
          expect(quantile(samples.toReversed(), probability)).toBe(value)
        },
      ),
    )
  })

  test('agrees with tinybench on the samples of its own loop', async () => {
    const durations = [5, 1, 4, 2, 3, 9, 7]
    const next = durations.values()
    const bench = new Bench({ iterations: durations.length, time: 0, warmup: false, retainSamples: true })
    bench.add('x', async () => ({ overriddenDuration: next.next().value as number }), { async: true })
    const [task] = await bench.run()
    if (task?.result.state !== 'completed') throw new Error('the loop did not complete')
    expect(task.result.latency.samples).toHaveLength(durations.length)
    expect(task.result.latency.p50).toBeCloseTo(median(durations), 9)
    expect(task.result.latency.p75).toBeCloseTo(quantile(durations, 0.75), 9)
  })
})
