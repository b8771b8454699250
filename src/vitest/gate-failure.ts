import type { Verdict } from '../gates/verdict.ts'

/** A gate that did not pass: thrown in a test, told from every other error by its name and `gate`. */
export class GateFailure extends Error {
  override readonly name = 'GateFailure'
  readonly gate: string
  readonly lane: string
  readonly workload: string
  readonly status: Verdict['status']

  constructor(verdict: Verdict) {
    super(explain(verdict))
    this.gate = verdict.gate
    this.lane = verdict.lane
    this.workload = verdict.workload
    this.status = verdict.status
  }
}

/** Expected, observed, the first offender and why, the evidence, what to try: a line each. */
export function explain(verdict: Verdict): string {
  const { gate, lane, workload, status, expected, observed, reason, offender, evidence_ids, remedy } = verdict
  const first = evidence_ids[0]
  // The same words for every gate that was still open, so that they are read once.
  if (verdict.stopped_early && status === 'insufficient')
    return `${workload} on ${lane} is ${reason}\n  evidence  npx bench-memo show ${first}`
  return [
    `${gate} gate: ${status} for ${workload} on ${lane}`,
    `  expected  ${expected}`,
    `  observed  ${observed}`,
    ...(offender ? [`  first     ${offender.record_id}: ${offender.why}`] : [`  because   ${reason}`]),
    ...(offender || first ? [`  evidence  npx bench-memo show ${offender?.evidence_id ?? first}`] : []),
    ...(remedy ? [`  try       ${remedy}`] : []),
  ].join('\n')
}
