import type { WorkloadAssessment } from '../assessment/workload-assessment.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import { gatesOfARun } from '../gates/rejudged.ts'
import type { Verdict } from '../gates/verdict.ts'

/**
 * Required gates that judging again can feed and that did not pass, on lanes that the run asked anything. Latency and
 * memory are left out: nobody measured them. Pure.
 */
export function openGates(evidence: readonly Evidence[], workloads: readonly WorkloadAssessment[]): Verdict[] {
  const asked = new Set(
    evidence.flatMap((each) => (each.kind === 'completion' ? [`${each.workload} ${each.lane}`] : [])),
  )
  return workloads
    .flatMap(({ standings }) => standings.flatMap(({ verdicts }) => verdicts))
    .filter(({ workload, lane }) => asked.has(`${workload} ${lane}`))
    .filter(({ gate }) => !gatesOfARun.includes(gate))
    .filter(({ required, status }) => required && status !== 'pass' && status !== 'not-applicable')
}

/**
 * Refused answers of lanes, or workloads, that the config no longer has under their name: no gate stands for them, so
 * that nothing else would say that they were not judged. Pure.
 */
export function refusedWithoutGates(
  { refused }: EvidenceOf<'rejudging'>,
  { workloads }: BenchConfig,
): EvidenceOf<'rejudging'>['refused'] {
  return refused.filter(({ lane, workload }) => !workloads[workload]?.lanes.includes(lane))
}
