import type { WorkloadAssessment } from '../src/assessment/workload-assessment.ts'

/** One row of the routing matrix, in words. */
export interface RouteRow {
  readonly workload: string
  readonly route: string
  readonly mode: string
  readonly lane: string
  readonly why: string
}

export function routeRows(workloads: readonly WorkloadAssessment[]): RouteRow[] {
  return workloads.map(({ title, route, incumbent }) => ({
    workload: title,
    route: route.blocked ?? route.route,
    mode: route.mode,
    lane: route.lane
      ? `${route.lane}${route.otherwise ? `, otherwise ${route.otherwise}` : ''}`
      : `none; ${incumbent} goes on`,
    why: route.reasons[0]?.text ?? '',
  }))
}
