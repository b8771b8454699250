import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heldSeconds, LevelWatch } from '../../src/machine/level-watch.ts'

function watched(samples: readonly (readonly [at_ms: number, level: number])[], every_ms = 250) {
  const watch = new LevelWatch(every_ms)
  for (const [at_ms, level] of samples) watch.add(at_ms, level)
  return watch.facts()
}
const steady = (seconds: number, level: number, from_ms = 0): [number, number][] =>
  Array.from({ length: seconds * 4 }, (_, index) => [from_ms + 250 * index, level])

describe('a watched level', () => {
  test('says nothing before the first sample', () => {
    expect(new LevelWatch(250).facts()).toBeUndefined()
  })

  test('keeps one spike as the peak, and not as anything that was held', () => {
    const facts = watched([...steady(4, 10), [4000, 90], ...steady(4, 10, 4250)])
    expect(facts).toMatchObject({ before: 10, peak: 90, after: 10 })
    expect(facts?.held).toEqual([
      { seconds: 1, level: 10 },
      { seconds: 2, level: 10 },
      { seconds: 5, level: 10 },
    ])
  })

  test('says for how long a level was held, and says nothing of times that nobody watched', () => {
    const facts = watched([...steady(2, 10), ...steady(4, 80, 2000), ...steady(2, 20, 6000)])
    expect(facts?.held).toEqual([
      { seconds: 1, level: 80 },
      { seconds: 2, level: 80 },
      { seconds: 5, level: 20 },
    ])
  })

  test('finds in bounded memory what a look at all samples finds', () => {
    const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 0, max: 100 })), {
      minLength: 1,
      maxLength: 200,
    })
    fc.assert(
      fc.property(levels, (steps) => {
        let at = 0
        const samples = steps.map(([later, level]) => {
          at += later
          return [at, level] as const
        })
        const facts = watched(samples)
        expect(facts?.peak).toBe(Math.max(...samples.map(([, level]) => level)))
        for (const seconds of heldSeconds) {
          const lows = samples.flatMap(([end]) => {
            const from = end - 1000 * seconds
            if ((samples[0]?.[0] ?? 0) > from) return []
            const begin = samples.findLastIndex(([time]) => time <= from)
            const within = samples.slice(begin).filter(([time]) => time <= end)
            return within.length < 3 ? [] : [Math.min(...within.map(([, level]) => level))]
          })
          expect(facts?.held.find((each) => each.seconds === seconds)?.level).toBe(
            lows.length > 0 ? Math.max(...lows) : undefined,
          )
        }
        expect(facts?.series.lowest.length).toBeLessThanOrEqual(64)
        expect(Math.min(...(facts?.series.lowest ?? []))).toBe(Math.min(...samples.map(([, level]) => level)))
      }),
    )
  })

  test('draws hours as 64 stretches, each with its lowest level', () => {
    const facts = watched(steady(7200, 5).map(([at, level], index) => [at, level + (index >= 14_400 ? 10 : 0)]))
    expect(facts?.series.every_ms).toBe(128_000)
    expect(facts?.series.lowest).toHaveLength(57)
    expect(facts?.series.lowest.slice(0, 29)).toEqual(Array(29).fill(5))
    expect(facts?.series.lowest.at(-1)).toBe(15)
  })
})
