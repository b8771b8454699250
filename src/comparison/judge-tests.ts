import { holm } from '../statistics/holm.ts'
import type { ComparisonResult, GateComparison, Test } from './gate-comparison.ts'

/** The chance that even one of all the results "regressed" and "improved" of a comparison is false, at most. */
export const significance = 0.05

/**
 * Results of tests that were made together, by Holm's adjusted p. One whose p could not have been significant even if
 * all had gone one way is too few to say; so is one that the records without a pair could have turned. Pure.
 */
export function judgeTests(tests: readonly Test[]): ReadonlyMap<Test, GateComparison> {
  const p = tests.map(({ p_value }) => p_value)
  const adjusted = holm(p)
  return new Map(
    tests.map((test, index) => {
      const adjusted_p_value = adjusted[index] as number
      const { gate, n, effect, p_value, evidence_ids, reason } = test
      const atBest = holm(p.with(index, Math.min(p_value, test.extreme_p_value)))[index] as number
      const { result, why } = resultOf(test, adjusted_p_value, atBest)
      return [
        test,
        {
          gate,
          result,
          n,
          effect,
          p_value,
          adjusted_p_value,
          reason: why === undefined ? reason : `${reason}; ${why}`,
          evidence_ids,
        },
      ]
    }),
  )
}

function resultOf(test: Test, adjusted: number, atBest: number): { result: ComparisonResult; why?: string } {
  const couldHide = (p: number | undefined): boolean => p !== undefined && p <= significance
  const { p_of_worse, p_of_better } = test.hidden ?? {}
  const hiding = 'the records that only one side judged could hide'
  if (adjusted <= significance && test.towards !== 'neither') {
    if (test.negligible !== undefined) return { result: 'no-evidence-of-change', why: `a change of ${test.negligible}` }
    if (couldHide(test.towards === 'worse' ? p_of_better : p_of_worse)) {
      return { result: 'too-few-to-say', why: `${hiding} the opposite` }
    }
    return { result: test.towards === 'worse' ? 'regressed' : 'improved' }
  }
  if (atBest > significance) {
    return { result: 'too-few-to-say', why: `${test.n} could not show a change even if all had gone one way` }
  }
  if (couldHide(p_of_worse) || couldHide(p_of_better)) return { result: 'too-few-to-say', why: `${hiding} a change` }
  return { result: 'no-evidence-of-change' }
}
