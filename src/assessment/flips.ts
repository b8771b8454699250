import type { Verdict } from '../gates/verdict.ts'
import { count } from '../gates/wording.ts'
import type { LaneStanding } from './lane-status.ts'
import type { Route } from './route.ts'

/** What would change the route, computed from the verdicts: a line each. */
export function flipsOf(route: Route, standings: readonly LaneStanding[]): string[] {
  const serving = standings.find((standing) => standing.lane === route.lane)
  const undone = serving ? losses(serving) : []
  const gained = standings
    .filter((standing) => standing !== serving && standing.location === 'local')
    .flatMap((standing) => gains(standing))
  return [
    ...undone,
    ...gained,
    ...(serving ? [] : standings.filter((each) => each.location === 'cloud').flatMap(gains)),
  ]
}

/** What would take a serving lane's standing away, or lift its condition. */
function losses({ lane, verdicts }: LaneStanding): string[] {
  return verdicts.flatMap((verdict) => {
    if (!verdict.required) return []
    if (verdict.condition !== undefined) return [`${lane}: local-primary once ${verdict.condition}`]
    if (verdict.gate === 'validity') return [`${lane}: one record that breaks the contract`]
    if (verdict.gate === 'quality') return spare(lane, verdict)
    if (verdict.gate === 'identity') return [`${lane}: one answer from other weights, or without proof`]
    return []
  })
}

/** What a lane that does not serve would need to. */
function gains({ lane, verdicts }: LaneStanding): string[] {
  return verdicts
    .filter((verdict) => verdict.required && verdict.status !== 'pass' && verdict.status !== 'not-applicable')
    .map((verdict) => `${lane}: ${needed(verdict)}`)
}

/** How many good records a pass could lose. */
function spare(lane: string, { successes, successes_needed, n }: Verdict): string[] {
  if (successes === undefined || successes_needed === undefined) return []
  return [
    `${lane}: ${count(successes - successes_needed + 1, 'good record')} less (${successes} of ${n}; ${successes_needed} needed)`,
  ]
}

function needed({ gate, status, n, needed: least, expected, successes, successes_needed }: Verdict): string {
  if (gate === 'quality' && status === 'fail' && successes !== undefined && successes_needed !== undefined) {
    return `${count(successes_needed - successes, 'more good record')} (${successes} of ${n}; ${successes_needed} needed)`
  }
  if (status === 'not-measured') return `${gate} measured: ${expected}`
  if (status === 'insufficient')
    return `${least - n} more ${gate === 'latency' ? 'warm answers' : 'distinct records'} (${n} of ${least})`
  return expected
}
