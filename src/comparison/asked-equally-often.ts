import type { Completion } from '../evidence/schema.ts'
import { isJudgeable } from '../gates/validity.ts'

/**
 * Of each record as many answers on both sides, the first ones: a record counts by its worst answer, so that the side
 * which asked it more often would look worse. Records that one side alone has, and calls that nobody judges, stay. Pure.
 * @param a in the order of time, as `b`
 */
export function askedEquallyOften(a: readonly Completion[], b: readonly Completion[]): [Completion[], Completion[]] {
  const [ofA, ofB] = [timesAsked(a), timesAsked(b)]
  const cut = (own: readonly Completion[], other: ReadonlyMap<string, number>): Completion[] => {
    const taken = new Map<string, number>()
    return own.filter((each) => {
      if (!isJudgeable(each)) return true
      const place = (taken.get(each.record_sha256) ?? 0) + 1
      taken.set(each.record_sha256, place)
      return place <= (other.get(each.record_sha256) ?? Number.POSITIVE_INFINITY)
    })
  }
  return [cut(a, ofB), cut(b, ofA)]
}

function timesAsked(completions: readonly Completion[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const each of completions.filter(isJudgeable)) {
    times.set(each.record_sha256, (times.get(each.record_sha256) ?? 0) + 1)
  }
  return times
}
