import type { WorkloadConfig } from '../config/schema.ts'
import type { Verdict } from '../gates/verdict.ts'
import type { LaneStanding } from './lane-status.ts'

export type RouteName = 'local-primary' | 'local-fallback' | 'cloud-primary' | 'blocked'
export type RouteMode = 'autonomous' | 'draft-only' | 'shadow' | 'none'

/** Where a workload goes, and why. */
export interface Route {
  readonly route: RouteName
  /** What is blocked, only for `blocked`: `blocked-local`, `blocked-cloud` or `blocked`. */
  readonly blocked?: 'blocked-local' | 'blocked-cloud' | 'blocked'
  readonly mode: RouteMode
  /** The lane that serves; absent where blocked. */
  readonly lane?: string
  /** True where a cloud lane serves as the incumbent without having been measured in this run. */
  readonly incumbent_not_measured?: boolean
  /** What serves while a condition does not hold; only for `local-fallback`. */
  readonly otherwise?: string
  readonly reasons: readonly string[]
  readonly runner_up?: { readonly lane: string; readonly status: string; readonly reason: string }
  readonly evidence_ids: readonly string[]
}

/** One-sided 95 % lower bound of the valid rate that high stakes ask before autonomous mode (n >= 59). */
const highStakesBound = 0.95

/**
 * The decision, first match wins: a proven local lane, a conditional local lane, a proven or incumbent cloud lane
 * that privacy allows, else blocked. Ties go by the order of lanes in the config.
 */
export function decideRoute(
  workload: WorkloadConfig,
  standings: readonly LaneStanding[],
  isCloudLane: (lane: string) => boolean,
): Route {
  const locals = standings.filter((standing) => standing.location === 'local')
  const clouds = workload.privacy === 'private' ? [] : standings.filter((standing) => standing.location === 'cloud')
  const incumbentCloud =
    workload.incumbent !== 'manual' && workload.privacy !== 'private' && isCloudLane(workload.incumbent)
      ? workload.incumbent
      : undefined
  const isIncumbentRefuted = clouds.some((standing) => standing.lane === incumbentCloud && isRefuted(standing))
  const runnerUp = (chosen: LaneStanding | undefined) => {
    const next = standings.find((standing) => standing !== chosen)
    return next ? { runner_up: { lane: next.lane, status: next.status, reason: next.reason } } : {}
  }

  const proven = locals.find((standing) => standing.status === 'proven')
  if (proven) {
    return {
      route: 'local-primary',
      lane: proven.lane,
      ...modeFor(workload, proven),
      ...runnerUp(proven),
      evidence_ids: proven.evidence_ids,
    }
  }
  const conditional = locals.find((standing) => standing.status === 'conditional')
  if (conditional) {
    const cloud = clouds.find(
      (standing) => standing.status === 'proven' || (standing.lane === workload.incumbent && !isRefuted(standing)),
    )
    return {
      route: 'local-fallback',
      lane: conditional.lane,
      otherwise: cloud?.lane ?? (isIncumbentRefuted ? undefined : incumbentCloud) ?? 'queue',
      ...modeFor(workload, conditional),
      ...runnerUp(conditional),
      evidence_ids: conditional.evidence_ids,
    }
  }
  const cloud = clouds.find((standing) => standing.status === 'proven')
  if (cloud) {
    return {
      route: 'cloud-primary',
      lane: cloud.lane,
      ...modeFor(workload, cloud),
      ...runnerUp(cloud),
      evidence_ids: cloud.evidence_ids,
    }
  }
  if (incumbentCloud !== undefined && !isIncumbentRefuted) {
    return {
      route: 'cloud-primary',
      mode: 'autonomous',
      lane: incumbentCloud,
      incumbent_not_measured: true,
      reasons: [`${incumbentCloud} does the job today; it was not measured here`, ...standings.map(standingReason)],
      ...runnerUp(undefined),
      evidence_ids: standings.flatMap((standing) => standing.evidence_ids),
    }
  }
  return {
    route: 'blocked',
    blocked: clouds.length === 0 ? 'blocked-local' : locals.length === 0 ? 'blocked-cloud' : 'blocked',
    mode: blockedMode(standings),
    reasons: [...standings.map(standingReason), `${workload.incumbent} keeps doing the job`],
    ...runnerUp(undefined),
    evidence_ids: standings.flatMap((standing) => standing.evidence_ids),
  }
}

function modeFor(workload: WorkloadConfig, standing: LaneStanding): Pick<Route, 'mode' | 'reasons'> {
  const bound = standing.verdicts.find((verdict) => verdict.gate === 'validity')?.lower_bound ?? 0
  if (workload.stakes === 'high' && bound < highStakesBound) {
    return {
      mode: 'draft-only',
      reasons: [
        standingReason(standing),
        'high stakes ask a valid rate of at least 95 % (one-sided 95 %): 59 records without a failure',
      ],
    }
  }
  return { mode: 'autonomous', reasons: [standingReason(standing)] }
}

function standingReason({ lane, status, reason, conditions }: LaneStanding): string {
  return `${lane} is ${status}${conditions.length > 0 ? ` (while ${conditions.join(' and ')})` : ''}: ${reason}`
}

/** Measured and found wanting, as against not measured. */
function isRefuted({ status }: LaneStanding): boolean {
  return status === 'untrusted' || status === 'unfit' || status === 'unfit-machine'
}

/** Drafts are useful where most of them parse; a lane that was only too little measured may run in the shadow. */
function blockedMode(standings: readonly LaneStanding[]): RouteMode {
  if (standings.some(({ status, verdicts }) => status === 'unfit' && draftsParse(verdicts))) return 'draft-only'
  return standings.some((standing) => standing.status === 'unproven') ? 'shadow' : 'none'
}

function draftsParse(verdicts: readonly Verdict[]): boolean {
  const validity = verdicts.find((verdict) => verdict.gate === 'validity')
  return validity?.status === 'pass' || (validity?.parsed_share ?? 0) >= 0.5
}
