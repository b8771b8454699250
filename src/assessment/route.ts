import type { WorkloadConfig } from '../config/schema.ts'
import type { Assistance } from './assistance.ts'
import type { LaneStanding } from './lane-status.ts'
import { blockedMode, modeOf, type RouteMode } from './route-mode.ts'
import type { Statement } from './statement.ts'

export type RouteName = 'local-primary' | 'local-fallback' | 'cloud-primary' | 'blocked'

/** Where a workload goes, and why. */
export interface Route {
  readonly route: RouteName
  /** What is blocked, only for `blocked`: `blocked-local`, `blocked-cloud` or `blocked`. */
  readonly blocked?: 'blocked-local' | 'blocked-cloud' | 'blocked'
  readonly mode: RouteMode
  /** The lane that serves; absent where blocked. */
  readonly lane?: string
  /** True where a cloud lane serves as the incumbent and no answer of it was judged in this run. */
  readonly incumbent_not_measured?: boolean
  /** Where a cloud lane serves as the incumbent and was measured too little: n of the records or answers needed. */
  readonly incumbent_measured?: { readonly n: number; readonly needed: number }
  /** What serves while a condition does not hold; only for `local-fallback`. */
  readonly otherwise?: string
  /** Workloads that are proven locally and serve this one before its cloud call; only for `cloud-primary`. */
  readonly assisted_by?: readonly Assistance[]
  readonly reasons: readonly Statement[]
  readonly runner_up?: { readonly lane: string; readonly status: string; readonly reason: string }
  readonly evidence_ids: readonly string[]
}

/**
 * The decision, first match wins: a proven local lane, a conditional local lane, a proven or incumbent cloud lane
 * that privacy allows, else blocked. Ties go by the order of lanes in the config.
 */
export function decideRoute(
  workload: WorkloadConfig,
  standings: readonly LaneStanding[],
  isCloudLane: (lane: string) => boolean,
): Route {
  const candidates = standings.filter(({ location }) => location === 'local' || workload.privacy !== 'private')
  const locals = candidates.filter(({ location }) => location === 'local')
  const clouds = candidates.filter(({ location }) => location === 'cloud')
  const incumbent = incumbentOf(workload, clouds, isCloudLane)
  const runnerUp = (chosen?: LaneStanding) => {
    const next = candidates.find((standing) => standing !== chosen)
    return next ? { runner_up: { lane: next.lane, status: next.status, reason: next.reason } } : {}
  }
  const servedBy = (standing: LaneStanding, ...others: readonly Statement[]) => {
    const { mode, reasons } = modeOf(workload, standing)
    return {
      lane: standing.lane,
      mode,
      reasons: [standingReason(standing), ...reasons, ...others],
      ...runnerUp(standing),
      evidence_ids: standing.evidence_ids,
    }
  }
  const cloud = clouds.find(({ status }) => status === 'proven')

  const proven = locals.find(({ status }) => status === 'proven')
  if (proven) return { route: 'local-primary', ...servedBy(proven) }

  const conditional = locals.find(({ status }) => status === 'conditional')
  if (conditional) {
    const others = cloud ? [standingReason(cloud)] : incumbent ? [incumbentReason(incumbent)] : []
    const otherwise = cloud?.lane ?? incumbent?.lane ?? 'queue'
    return { route: 'local-fallback', otherwise, ...servedBy(conditional, ...others) }
  }

  if (cloud) return { route: 'cloud-primary', ...servedBy(cloud, ...locals.map(standingReason)) }

  if (incumbent) {
    const { mode, reasons } = modeOf(workload, incumbent.standing)
    const others = candidates.filter((standing) => standing !== incumbent.standing)
    return {
      route: 'cloud-primary',
      mode,
      lane: incumbent.lane,
      ...(incumbent.measured ? { incumbent_measured: incumbent.measured } : { incumbent_not_measured: true }),
      reasons: [incumbentReason(incumbent), ...reasons, ...others.map(standingReason)],
      ...runnerUp(incumbent.standing),
      evidence_ids: candidates.flatMap(({ evidence_ids }) => evidence_ids),
    }
  }

  return {
    route: 'blocked',
    blocked: clouds.length === 0 ? 'blocked-local' : locals.length === 0 ? 'blocked-cloud' : 'blocked',
    mode: blockedMode(candidates),
    reasons: [
      ...candidates.map(standingReason),
      { text: `${workload.incumbent} keeps doing the job`, evidence_ids: [] },
    ],
    ...runnerUp(),
    evidence_ids: candidates.flatMap(({ evidence_ids }) => evidence_ids),
  }
}

/** A cloud lane that does the job today and was not refuted. */
interface Incumbent {
  readonly lane: string
  /** Absent where it is no candidate. */
  readonly standing: LaneStanding | undefined
  /** What of it was measured; absent where no answer was judged. */
  readonly measured?: { readonly n: number; readonly needed: number }
}

function incumbentOf(
  { incumbent, privacy }: WorkloadConfig,
  clouds: readonly LaneStanding[],
  isCloudLane: (lane: string) => boolean,
): Incumbent | undefined {
  if (incumbent === 'manual' || privacy === 'private' || !isCloudLane(incumbent)) return undefined
  const standing = clouds.find(({ lane }) => lane === incumbent)
  if (standing && isRefuted(standing)) return undefined
  const judged = standing?.verdicts.some(({ gate, n }) => gate === 'validity' && n > 0)
  const open = standing?.verdicts.find(({ required, status }) => required && status === 'insufficient')
  const verdict = open ?? standing?.verdicts.find(({ gate }) => gate === 'validity')
  return {
    lane: incumbent,
    standing,
    ...(judged && verdict && { measured: { n: verdict.n, needed: verdict.needed } }),
  }
}

function incumbentReason({ lane, standing, measured }: Incumbent): Statement {
  return {
    text: measured
      ? `${lane} does the job today; it was measured too little here, ${measured.n} of ${measured.needed}: ${standing?.reason}`
      : `${lane} does the job today; it was not measured here`,
    evidence_ids: standing?.evidence_ids ?? [],
  }
}

function standingReason({ lane, status, reason, conditions, evidence_ids }: LaneStanding): Statement {
  const condition = status === 'conditional' ? ` (while ${conditions.map(({ text }) => text).join(' and ')})` : ''
  return { text: `${lane} is ${status}${condition}: ${reason}`, evidence_ids }
}

/** Measured and found wanting, as against not measured. */
function isRefuted({ status }: LaneStanding): boolean {
  return status === 'untrusted' || status === 'unfit' || status === 'unfit-machine'
}
