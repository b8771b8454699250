import type { WorkloadAssessment } from './workload-assessment.ts'

/** One thing to do, why, and the evidence for it. */
export interface NextStep {
  readonly workload: string
  readonly lane: string
  readonly what: string
  readonly why: string
  readonly evidence_ids: readonly string[]
}

const urgency = ['untrusted', 'unproven', 'unfit-machine', 'unfit', 'conditional', 'proven'] as const

/** The deciding gate of every lane that is not proven, the most doubtful first. */
export function nextSteps(workloads: readonly WorkloadAssessment[]): NextStep[] {
  return workloads
    .flatMap(({ workload, standings, route }) =>
      standings
        .filter((standing) => standing.lane !== route.lane || standing.status === 'conditional')
        .flatMap((standing) => {
          const all = standing.verdicts.filter(
            (verdict) => verdict.required && verdict.remedy !== undefined && verdict.status !== 'pass',
          )
          const open = all.find(({ gate }) => standing.reason.startsWith(`${gate}: `)) ?? all[0]
          if (!open?.remedy) return []
          return [
            {
              workload,
              lane: standing.lane,
              what: open.remedy,
              why: `${open.gate}: ${open.reason}`,
              evidence_ids: standing.evidence_ids,
              rank: urgency.indexOf(standing.status),
            },
          ]
        }),
    )
    .sort((a, b) => a.rank - b.rank)
    .map(({ rank: _rank, ...step }) => step)
}
