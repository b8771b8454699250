import type { WorkloadConfig } from '../config/schema.ts'
import type { Verdict } from '../gates/verdict.ts'
import type { LaneStanding } from './lane-status.ts'
import type { Statement } from './statement.ts'

/** On its own, as drafts for people, beside whoever does the job today, or not at all. */
export type RouteMode = 'autonomous' | 'draft-only' | 'shadow' | 'none'

/** One-sided 95 % lower bound of the valid rate that high stakes ask before autonomous mode. */
const highStakesBound = 0.95
/** The least n whose bound reaches it where all are valid: 0.05 ** (1 / 59) is just above 0.95. */
export const highStakesRecords = 59

/** How a serving lane may serve. High stakes ask a measured bound, of an incumbent that was not measured too. */
export function modeOf(
  { stakes }: WorkloadConfig,
  standing: LaneStanding | undefined,
): { mode: RouteMode; reasons: readonly Statement[] } {
  const validity = standing?.verdicts.find(({ gate }) => gate === 'validity')
  if (stakes !== 'high' || (validity?.lower_bound ?? 0) >= highStakesBound) return { mode: 'autonomous', reasons: [] }
  return {
    mode: 'draft-only',
    reasons: [
      {
        text: `high stakes ask a valid rate of at least 95 % (one-sided 95 %): ${highStakesRecords} records without a failure`,
        evidence_ids: validity?.evidence_ids ?? [],
      },
    ],
  }
}

/** Drafts are useful where most of them parse; a lane that was only too little measured may run in the shadow. */
export function blockedMode(standings: readonly LaneStanding[]): RouteMode {
  if (standings.some(({ status, verdicts }) => status === 'unfit' && draftsParse(verdicts))) return 'draft-only'
  return standings.some((standing) => standing.status === 'unproven') ? 'shadow' : 'none'
}

function draftsParse(verdicts: readonly Verdict[]): boolean {
  const validity = verdicts.find((verdict) => verdict.gate === 'validity')
  return (
    validity?.status === 'pass' ||
    (validity?.parsed !== undefined && 2 * validity.parsed.successes >= validity.parsed.n)
  )
}
