import type { WorkloadConfig } from '../config/schema.ts'
import type { Verdict } from '../gates/verdict.ts'
import { type LaneStanding, standingOf } from './lane-status.ts'
import { decideRoute, type Route } from './route.ts'
import type { Statement } from './statement.ts'

/** Where a workload would go once named fixes are made: the same evidence, with the worker paths in order. */
export interface RouteAfterFixes {
  readonly route: Route
  /** What to mend for it, in the shape of a patch. */
  readonly fixes: readonly Statement[]
}

/**
 * Assesses again as if every worker gate had passed. Only worker paths are taken for mended: what they hide was measured
 * on the lane itself. Undefined where the route would be the same.
 */
export function routeAfterFixes(
  workload: WorkloadConfig,
  today: Route,
  standings: readonly LaneStanding[],
  isCloudLane: (lane: string) => boolean,
): RouteAfterFixes | undefined {
  const open = standings.flatMap(({ verdicts }) => verdicts.filter(isOpenWorker))
  if (open.length === 0) return undefined
  const mended = standings.map(({ lane, location, verdicts }) => standingOf(lane, location, verdicts.map(asMended)))
  const route = decideRoute(workload, mended, isCloudLane)
  if (isSameRoute(route, today)) return undefined
  const needed = open.filter(({ lane }) => lane === route.lane || lane === route.otherwise)
  return {
    route,
    fixes: (needed.length > 0 ? needed : open).map(({ lane, remedy, reason, evidence_ids, offender }) => ({
      text: `${lane}: ${remedy ?? reason}`,
      evidence_ids: offender ? [offender.evidence_id] : evidence_ids,
    })),
  }
}

function isOpenWorker({ gate, required, status }: Verdict): boolean {
  return gate === 'worker' && required && status !== 'pass' && status !== 'not-applicable'
}

function asMended(verdict: Verdict): Verdict {
  if (!isOpenWorker(verdict)) return verdict
  const { remedy: _remedy, offender: _offender, ...rest } = verdict
  return { ...rest, status: 'pass', reason: 'taken for mended' }
}

function isSameRoute(one: Route, other: Route): boolean {
  return (['route', 'blocked', 'mode', 'lane', 'otherwise'] as const).every((key) => one[key] === other[key])
}
