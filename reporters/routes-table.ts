import type { WorkloadAssessment } from '../src/assessment/workload-assessment.ts'

/** One row of the routing matrix, in words. */
export interface RouteRow {
  readonly workload: string
  readonly route: string
  readonly mode: string
  readonly lane: string
  readonly why: string
  /** The route once named fixes are made, where it is another one, and the fixes. */
  readonly after?: { readonly route: string; readonly fixes: string }
}

export function routeRows(workloads: readonly WorkloadAssessment[]): RouteRow[] {
  return workloads.map(({ title, route, route_after_fixes: after, incumbent }) => ({
    workload: title,
    route: route.blocked ?? route.route,
    mode: route.mode,
    lane: laneOf(route, incumbent),
    why: route.reasons[0]?.text ?? '',
    ...(after && {
      after: {
        route: `${after.route.blocked ?? after.route.route}, ${after.route.mode}, on ${laneOf(after.route, incumbent)}`,
        fixes: after.fixes.map(({ text }) => text).join('; '),
      },
    }),
  }))
}

function laneOf({ lane, otherwise }: WorkloadAssessment['route'], incumbent: string): string {
  return lane ? `${lane}${otherwise ? `, otherwise ${otherwise}` : ''}` : `none; ${incumbent} goes on`
}
