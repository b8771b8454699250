import { attemptsOf, withoutAttempts } from './attempts.ts'
import type { Gate, GateInput, Verdict } from './verdict.ts'

/**
 * What a gate says with earlier attempts at the same trial. Where it failed by them alone, the verdict says so: this run
 * would have passed, and what would help is another trial, not one more repetition.
 */
export function withAttempts(gate: Gate, input: GateInput): Verdict {
  const verdict = gate(input)
  if (verdict.status !== 'fail') return verdict
  const known = attemptsOf(input).filter(({ faults }) => faults.length > 0)
  if (known.length === 0) return verdict
  const alone = gate(withoutAttempts(input))
  if (alone.status === 'fail') return verdict
  const runs = [...new Set(known.flatMap(({ faults }) => faults.map(({ run_id }) => run_id)))]
  return {
    ...verdict,
    reason: `${verdict.reason}: in an earlier attempt at the same trial (run ${runs.join(', ')}), which a repetition does not wash out; in this one ${alone.observed}`,
    evidence_ids: [...new Set([...known.map(({ id }) => id), ...verdict.evidence_ids])],
    ...(verdict.offender && {
      offender: { ...verdict.offender, why: `${verdict.offender.why}, in an earlier attempt at the same trial` },
    }),
    remedy: 'change the prompt, the schema, the model or its options: that begins a new trial, one more run does not',
  }
}
