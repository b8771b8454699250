import type { Verdict } from '../gates/verdict.ts'
import type { Statement } from './statement.ts'

/** What the gates say together of one lane at one workload. The first that applies, in this order. */
export const laneStatuses = ['untrusted', 'unfit', 'unfit-machine', 'unproven', 'conditional', 'proven'] as const
export type LaneStatus = (typeof laneStatuses)[number]

/** A lane's standing at a workload and the verdict that decided it. */
export interface LaneStanding {
  readonly lane: string
  readonly location: 'local' | 'cloud'
  readonly status: LaneStatus
  readonly reason: string
  /** Conditions under which its required gates pass: all must hold. */
  readonly conditions: readonly Statement[]
  readonly verdicts: readonly Verdict[]
  readonly evidence_ids: readonly string[]
}

/** Pure: required verdicts in, standing out. A measured failure outweighs what was not measured. */
export function standingOf(lane: string, location: 'local' | 'cloud', verdicts: readonly Verdict[]): LaneStanding {
  const required = verdicts.filter((verdict) => verdict.required)
  const failed = (...gates: string[]) => required.find((each) => gates.includes(each.gate) && each.status === 'fail')
  const unjudged = verdicts.find((each) => each.gate === 'validity' && each.n === 0)
  const open = required.find((each) => each.status === 'insufficient' || each.status === 'not-measured')
  const conditional = required.filter((each) => each.status === 'pass' && each.condition !== undefined)
  const decided = (status: LaneStatus, ...deciding: readonly Verdict[]): LaneStanding => ({
    lane,
    location,
    status,
    reason:
      deciding.map(({ gate, reason }) => `${gate}: ${reason}`).join('; ') ||
      `every required gate passed: ${summaryOf(required)}`,
    conditions: conditional.flatMap(({ condition, evidence_ids }) =>
      condition === undefined ? [] : [{ text: condition, evidence_ids }],
    ),
    verdicts,
    evidence_ids: deciding[0]?.offender
      ? [deciding[0].offender.evidence_id]
      : [...new Set((deciding.length > 0 ? deciding : verdicts).flatMap((each) => each.evidence_ids.slice(0, 1)))],
  })
  const untrusted = failed('identity', 'context')
  if (untrusted) return decided('untrusted', untrusted)
  const worker = required.find(
    ({ gate, status, stopped_early }) =>
      gate === 'worker' && status !== 'pass' && status !== 'not-applicable' && (status === 'fail' || !stopped_early),
  )
  // A lane that answered nothing at all is unproven, whatever its workers do.
  if (worker && (worker.status === 'fail' || !unjudged)) return decided('untrusted', worker)
  const unfit = failed('validity', 'quality')
  if (unfit) return decided('unfit', unfit)
  const machine = failed('memory', 'latency')
  if (machine) return decided('unfit-machine', machine)
  const unmeasured = open ?? unjudged
  if (unmeasured) return decided('unproven', unmeasured)
  if (conditional.length > 0) return decided('conditional', ...conditional)
  return decided('proven')
}

/** "30 of 30 valid; 27 of 30 records good, …": what the passed gates saw of answers. */
function summaryOf(required: readonly Verdict[]): string {
  return required
    .filter(({ gate }) => gate === 'validity' || gate === 'quality' || gate === 'latency')
    .map(({ observed }) => observed)
    .join('; ')
}
