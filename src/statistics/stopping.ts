/** What a run of calls has to show. */
export type StoppingRule = {
  /** `among`: so many successes anywhere; with `needed` equal to `calls`, every call. `in-a-row`: without a failure between */
  readonly kind: 'among' | 'in-a-row'
  readonly needed: number
  /** length of the full run, and the cap of `in-a-row` */
  readonly calls: number
}

/** How the run stands. `calls_saved` counts those of the full run that need not be made any more. */
export type Standing =
  | { readonly verdict: 'open'; readonly asked: number }
  | { readonly verdict: 'pass' | 'fail'; readonly asked: number; readonly calls_saved: number }

/**
 * Exact curtailment (as in sampling inspection: Phatak and Bhatt, Technometrics 9, 1967, 219-228): the verdict
 * stands as soon as no outcome of the calls that are left could change it, in either direction. It is that of the full
 * run for every sequence, so it needs no correction; the shares seen so far are biased, so no rate may be taken from it.
 * @param outcomes of the calls made so far, in order; those after the verdict are ignored
 * @throws RangeError unless 1 <= needed <= calls, both whole
 */
export function standing({ kind, needed, calls }: StoppingRule, outcomes: readonly boolean[]): Standing {
  if (!(Number.isInteger(needed) && Number.isInteger(calls) && 1 <= needed && needed <= calls)) {
    throw new RangeError(`a stopping rule needs whole numbers 1 <= needed <= calls; got ${needed} of ${calls}`)
  }
  let reached = 0
  for (const [index, success] of outcomes.entries()) {
    const asked = index + 1
    if (success) reached += 1
    else if (kind === 'in-a-row') reached = 0
    const left = calls - asked
    if (reached >= needed) return { verdict: 'pass', asked, calls_saved: left }
    if (reached + left < needed) return { verdict: 'fail', asked, calls_saved: left }
  }
  return { verdict: 'open', asked: outcomes.length }
}
