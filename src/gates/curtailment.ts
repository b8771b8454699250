import { isBeyondHope, qualityAllowance } from './quality-allowance.ts'
import type { GateInput, Verdict } from './verdict.ts'

/** That a lane was asked no further at a workload, since a required gate had failed for good. */
export interface Curtailment {
  readonly gate: string
  /** Distinct records that had been asked. */
  readonly asked: number
  /** Distinct records of the full run. */
  readonly records: number
  readonly evidence_ids: readonly string[]
}

/** Undefined where the lane was asked all its records. */
export function curtailmentOf({
  evidence,
  lane,
  workload,
}: Pick<GateInput, 'evidence' | 'lane' | 'workload'>): Curtailment | undefined {
  const all = evidence.flatMap((each) =>
    each.kind === 'curtailment' && each.lane === lane && each.workload === workload ? [each] : [],
  )
  const [first] = all
  if (!first) return undefined
  return {
    gate: first.gate,
    asked: Math.max(...all.map(({ asked }) => asked)),
    records: Math.max(...all.map(({ records }) => records)),
    evidence_ids: all.map(({ id }) => id),
  }
}

/**
 * True where no further record could change this failure: an unproven answer, a broken record, a secret that got through
 * and an answer over its limit stay what they are, and enough records that are no good cannot be made up for. A median
 * can recover.
 */
export function isSettledFailure(verdict: Verdict, input: GateInput): boolean {
  const { gate, status, n, successes = 0, offender } = verdict
  if (status !== 'fail') return false
  if (gate === 'quality') return verdict.leaks !== undefined || isBeyondHope(qualityAllowance(input, n), successes, n)
  return gate !== 'latency' || offender !== undefined
}

/**
 * A verdict as it stands after a curtailed run. A settled failure is that of the full run. Whatever else was seen is
 * insufficient, never a pass, and the shares of what was asked are left out: they are biased by the stop.
 */
export function unlessCurtailed(verdict: Verdict, input: GateInput): Verdict {
  const curtailment = curtailmentOf(input)
  if (!curtailment || verdict.status === 'not-applicable') return verdict
  const { lower_bound, interval, parsed, condition, offender, remedy, ...counts } = verdict
  const stopped = { ...counts, stopped_early: true } as const
  if (isSettledFailure(verdict, input)) {
    return { ...stopped, ...(offender && { offender }), ...(remedy !== undefined && { remedy }) }
  }
  const { gate, asked, records, evidence_ids } = curtailment
  const since = gate === verdict.gate ? `${gate} had failed under the config of then` : `${gate} had failed`
  return {
    ...stopped,
    status: 'insufficient',
    reason: `insufficient, stopped early, because ${since} (${asked} of ${records} records asked)`,
    evidence_ids,
  }
}
