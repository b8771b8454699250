import { locationOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import { curtailmentOf } from '../gates/curtailment.ts'
import { judgeAll } from '../gates/judge.ts'
import type { LaneAnswers } from './answers-schema.ts'
import { type BaselineComparison, compareWithBaseline } from './baseline.ts'
import { flipsOf } from './flips.ts'
import { gradesOf } from './grades.ts'
import type { Grades } from './grades-schema.ts'
import { fencesWouldDo, laneAnswers } from './lane-answers.ts'
import { type LaneStanding, standingOf } from './lane-status.ts'
import { decideRoute, type Route } from './route.ts'
import { type RouteAfterFixes, routeAfterFixes } from './route-after-fixes.ts'
import type { Statement } from './statement.ts'

/** One workload: its route, how each candidate lane stands, and what would change it. */
export interface WorkloadAssessment {
  readonly workload: string
  readonly title: string
  readonly privacy: string
  readonly stakes: string
  readonly incumbent: string
  /** Today, with worker paths as they are. */
  readonly route: Route
  /** Absent where the worker paths are in order, or where mending them would change nothing. */
  readonly route_after_fixes?: RouteAfterFixes
  readonly standings: readonly LaneStanding[]
  readonly baselines: readonly BaselineComparison[]
  /** Of every lane that answered: rates, failure classes, labels. */
  readonly answers: readonly LaneAnswers[]
  /** What models said of the answers: advice, read by nothing else here. */
  readonly grades: readonly Grades[]
  readonly flips: readonly Statement[]
  readonly ends: readonly Statement[]
}

/** Evidence older than this no longer carries a route. */
export const validForDays = 30

/** Pure: judges every candidate lane of a workload and decides its route. */
export function assessWorkload(
  evidence: readonly Evidence[],
  config: BenchConfig,
  workload: string,
): WorkloadAssessment {
  const settings = config.workloads[workload] as BenchConfig['workloads'][string]
  const standings = settings.lanes.map((lane) =>
    standingOf(lane, locationOf(config, lane), judgeAll({ config, evidence, lane, workload })),
  )
  const isCloudLane = (lane: string): boolean =>
    config.lanes[lane] !== undefined && locationOf(config, lane) === 'cloud'
  const route = decideRoute(settings, standings, isCloudLane)
  // Their counts are biased by the stop: nothing is computed from them but what had failed.
  const complete = standings.filter(({ lane }) => curtailmentOf({ evidence, lane, workload }) === undefined)
  const afterFixes = routeAfterFixes(settings, route, standings, isCloudLane)
  return {
    workload,
    title: settings.title,
    privacy: settings.privacy,
    stakes: settings.stakes,
    incumbent: settings.incumbent,
    route,
    ...(afterFixes && { route_after_fixes: afterFixes }),
    standings,
    baselines: complete.flatMap(({ lane }) => compareWithBaseline(config, workload, lane, evidence) ?? []),
    grades: settings.lanes.flatMap((lane) => gradesOf({ config, evidence, lane, workload })),
    answers: settings.lanes.flatMap((lane) => laneAnswers({ config, evidence, lane, workload }) ?? []),
    flips: [
      ...flipsOf(config, workload, route, complete),
      ...complete.flatMap(({ lane }) => fencesWouldDo({ config, evidence, lane, workload }) ?? []),
    ],
    ends: whatEnds(evidence, workload, route),
  }
}

/** What ends a route's validity: the conditions under which it was measured. */
function whatEnds(evidence: readonly Evidence[], workload: string, { lane }: Route): Statement[] {
  const completion = evidence.find(
    (each): each is EvidenceOf<'completion'> =>
      each.kind === 'completion' && each.lane === lane && each.workload === workload,
  )
  if (!completion) return []
  const { weights_sha256, server_build } = completion.identity
  return [
    ...(weights_sha256 === undefined ? [] : [`weights other than sha256:${weights_sha256.slice(0, 12)}…`]),
    ...(server_build === undefined ? [] : [`a runtime other than ${server_build}`]),
    `another prompt, schema or options (fingerprint ${completion.fingerprint.slice(0, 12)}…)`,
    `an age over ${validForDays} days`,
  ].map((text) => ({ text, evidence_ids: [completion.id] }))
}
