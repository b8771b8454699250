import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type StoppingRule, standing } from '../../src/statistics/stopping.ts'

/** The verdict of the full run, said in the plainest way. */
function fullVerdict({ kind, needed }: StoppingRule, outcomes: readonly boolean[]): 'pass' | 'fail' {
  const shown =
    kind === 'among'
      ? outcomes.filter(Boolean).length >= needed
      : outcomes
          .map((success) => (success ? 'x' : ' '))
          .join('')
          .includes('x'.repeat(needed))
  return shown ? 'pass' : 'fail'
}

/** Asks one call after the other, as a run would, and stops at the first verdict. */
function curtailed(rule: StoppingRule, outcomes: readonly boolean[]): ReturnType<typeof standing> {
  for (let asked = 1; asked < outcomes.length; asked += 1) {
    const now = standing(rule, outcomes.slice(0, asked))
    if (now.verdict !== 'open') return now
  }
  return standing(rule, outcomes)
}

describe('standing', () => {
  test('N of N fails at the first failure and passes at the last call only', () => {
    const rule = { kind: 'among', needed: 25, calls: 25 } as const
    expect(standing(rule, [])).toEqual({ verdict: 'open', asked: 0 })
    expect(standing(rule, [true, true, false])).toEqual({ verdict: 'fail', asked: 3, calls_saved: 22 })
    expect(standing(rule, Array(24).fill(true))).toEqual({ verdict: 'open', asked: 24 })
    expect(standing(rule, Array(25).fill(true))).toEqual({ verdict: 'pass', asked: 25, calls_saved: 0 })
  })

  test('k of N stops in both directions', () => {
    const rule = { kind: 'among', needed: 4, calls: 5 } as const
    expect(standing(rule, [true, true, true, true])).toEqual({ verdict: 'pass', asked: 4, calls_saved: 1 })
    expect(standing(rule, [false, true, false])).toEqual({ verdict: 'fail', asked: 3, calls_saved: 2 })
    expect(standing(rule, [false, true, true])).toEqual({ verdict: 'open', asked: 3 })
  })

  test('N in a row stops at the row, or where the cap leaves no room for one', () => {
    const rule = { kind: 'in-a-row', needed: 3, calls: 6 } as const
    expect(standing(rule, [false, true, true, true])).toEqual({ verdict: 'pass', asked: 4, calls_saved: 2 })
    expect(standing(rule, [true, true, false, false])).toEqual({ verdict: 'fail', asked: 4, calls_saved: 2 })
    expect(standing(rule, [true, true, false, true])).toEqual({ verdict: 'open', asked: 4 })
  })

  test('refuses a rule that nothing could meet, or that asks for nothing', () => {
    expect(() => standing({ kind: 'among', needed: 6, calls: 5 }, [])).toThrow(RangeError)
    expect(() => standing({ kind: 'among', needed: 0, calls: 5 }, [])).toThrow(RangeError)
    expect(() => standing({ kind: 'in-a-row', needed: 1.5, calls: 5 }, [])).toThrow(RangeError)
  })

  test('the curtailed run has the verdict of the full run, for every sequence of up to ten calls and every rule', () => {
    for (let calls = 1; calls <= 10; calls += 1) {
      for (let bits = 0; bits < 2 ** calls; bits += 1) {
        const outcomes = Array.from({ length: calls }, (_, index) => (bits & (1 << index)) !== 0)
        for (const kind of ['among', 'in-a-row'] as const) {
          for (let needed = 1; needed <= calls; needed += 1) {
            const rule = { kind, needed, calls }
            const end = curtailed(rule, outcomes)
            if (end.verdict !== fullVerdict(rule, outcomes)) {
              expect.fail(`${kind} ${needed} of ${calls} on ${outcomes}: ${end.verdict}`)
            }
          }
        }
      }
    }
  })

  test('the verdict never changes afterwards, comes as early as it can, and saved and asked make the full run', () => {
    const rules = fc.record({
      kind: fc.constantFrom('among' as const, 'in-a-row' as const),
      needed: fc.integer({ min: 1, max: 60 }),
      calls: fc.integer({ min: 60, max: 120 }),
    })
    fc.assert(
      fc.property(
        rules,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (rule, rate, draws) => {
          const outcomes = [...draws.take(rule.calls)].map((draw) => draw < rate)
          const end = curtailed(rule, outcomes)
          if (end.verdict === 'open') throw new Error('a full run has a verdict')
          expect(end.verdict).toBe(fullVerdict(rule, outcomes))
          expect(end.asked + end.calls_saved).toBe(rule.calls)
          expect(standing(rule, outcomes)).toEqual(end)
          const before = outcomes.slice(0, end.asked - 1)
          const rest = (success: boolean): boolean[] => Array(rule.calls - before.length).fill(success)
          expect(fullVerdict(rule, [...before, ...rest(true)])).toBe('pass')
          expect(fullVerdict(rule, [...before, ...rest(false)])).toBe('fail')
        },
      ),
    )
  })

  test('N of N asks (1 - p^N) / (1 - p) calls on average', () => {
    const rule = { kind: 'among', needed: 10, calls: 10 } as const
    let asked = 0
    for (let bits = 0; bits < 2 ** 10; bits += 1) {
      asked += curtailed(
        rule,
        Array.from({ length: 10 }, (_, index) => (bits & (1 << index)) !== 0),
      ).asked
    }
    expect(asked / 2 ** 10).toBe((1 - 0.5 ** 10) / 0.5)
  })
})
