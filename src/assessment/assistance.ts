import type { BenchConfig } from '../config/schema.ts'
import type { Statement } from './statement.ts'
import type { WorkloadAssessment } from './workload-assessment.ts'

/** A workload that serves another one before its cloud call, such as redaction, and the local lane that does it. */
export interface Assistance {
  readonly workload: string
  readonly lane: string
}

/**
 * Once all routes are known: a cloud-primary route names the workloads of its `assisted_by` that are proven locally,
 * and says of the others that they are not.
 */
export function withAssistance(workloads: readonly WorkloadAssessment[], config: BenchConfig): WorkloadAssessment[] {
  return workloads.map((assessed) => {
    const names = config.workloads[assessed.workload]?.assisted_by ?? []
    if (assessed.route.route !== 'cloud-primary' || names.length === 0) return assessed
    const assistants = workloads.filter(({ workload }) => names.includes(workload))
    const assisted_by = assistants.flatMap(({ workload, route }) =>
      isProvenLocally(route) && route.lane !== undefined ? [{ workload, lane: route.lane }] : [],
    )
    const reasons = [...assessed.route.reasons, ...assistants.map(statementOf)]
    return { ...assessed, route: { ...assessed.route, assisted_by, reasons } }
  })
}

function isProvenLocally({ route }: WorkloadAssessment['route']): boolean {
  return route === 'local-primary'
}

function statementOf({ workload, route }: WorkloadAssessment): Statement {
  return {
    text: isProvenLocally(route)
      ? `${workload} assists: it is proven on ${route.lane}`
      : `${workload} cannot assist yet: it is ${route.blocked ?? route.route}, not local-primary`,
    evidence_ids: route.evidence_ids,
  }
}
