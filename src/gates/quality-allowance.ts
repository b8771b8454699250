import { gatesFor } from '../config/gates-for.ts'
import { standing } from '../statistics/stopping.ts'
import { earlierAnswers } from './attempts.ts'
import { isJudgeable } from './validity.ts'
import { completionsOf, datasetRecords, type GateInput } from './verdict.ts'

/** How many records may be no good before the quality gate has failed for good. */
export interface QualityAllowance {
  /** Most distinct records that can come to be judged: those that a run can ask, and those that failed in earlier ones. */
  readonly records: number
  /** Of them, how many may be no good. */
  readonly not_good: number
}

/** Undefined where nobody wrote down what the dataset holds: more records could always come. */
export function qualityAllowance(input: GateInput, judged: number): QualityAllowance | undefined {
  const known = datasetRecords(input)
  if (!known) return undefined
  const { minimum_records, minimum_share } = gatesFor(input.config, input.workload).quality
  const limit = input.config.workloads[input.workload]?.limits.records ?? known.size
  const records = Math.max(judged, minimum_records, Math.min(known.size, limit + failedEarlierOnly(input)))
  return { records, not_good: records - Math.ceil(minimum_share * records - 1e-9) }
}

/** Records that this run has not asked, and that count nevertheless, since an earlier attempt failed at them. */
function failedEarlierOnly(input: GateInput): number {
  const earlier = new Set(earlierAnswers(input).map(({ record_sha256 }) => record_sha256))
  for (const each of completionsOf(input)) if (isJudgeable(each)) earlier.delete(each.record_sha256)
  return earlier.size
}

/** True where quality is missed even if all records that are still to come were good. */
export function isBeyondHope(allowance: QualityAllowance | undefined, good: number, judged: number): boolean {
  if (!allowance || allowance.not_good >= allowance.records) return false
  const { records, not_good } = allowance
  const outcomes = Array.from({ length: judged }, (_, index) => index < good)
  return standing({ kind: 'among', needed: records - not_good, calls: records }, outcomes).verdict === 'fail'
}
