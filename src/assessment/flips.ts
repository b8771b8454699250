import { gatesFor } from '../config/gates-for.ts'
import type { BenchConfig, WorkloadConfig } from '../config/schema.ts'
import type { Verdict } from '../gates/verdict.ts'
import { count, seconds } from '../gates/wording.ts'
import type { LaneStanding } from './lane-status.ts'
import type { Route } from './route.ts'
import { highStakesRecords } from './route-mode.ts'
import type { Statement } from './statement.ts'

/**
 * What would change the route or its mode, computed from verdicts and config. Each statement is enough by itself:
 * what one lane would need stands in one sentence.
 */
export function flipsOf(
  config: BenchConfig,
  workload: string,
  route: Route,
  standings: readonly LaneStanding[],
): Statement[] {
  const settings = config.workloads[workload] as WorkloadConfig
  const serving = standings.find((standing) => standing.lane === route.lane)
  return [
    ...(serving ? lifted(serving) : []),
    ...(serving ? losses(config, workload, serving) : []),
    ...autonomy(settings, route, serving),
    ...departure(route, serving),
    ...challengers(settings, route, standings).map(gains),
  ]
}

/** Lanes that would take the route over if their open gates passed. */
function challengers(
  { privacy }: WorkloadConfig,
  { route, lane }: Route,
  standings: readonly LaneStanding[],
): readonly LaneStanding[] {
  const others = standings.filter((each) => each.lane !== lane)
  if (route === 'blocked') return others.filter(({ location }) => location === 'local' || privacy !== 'private')
  const locals = others.filter(({ location }) => location === 'local')
  if (route !== 'local-primary') return locals
  // Among proven lanes the order of the config decides: only an earlier one would take over.
  const place = standings.findIndex((each) => each.lane === lane)
  return locals.filter((each) => standings.indexOf(each) < place)
}

/** What would lift the conditions of a serving lane: all of them together. */
function lifted({ lane, conditions, verdicts }: LaneStanding): Statement[] {
  if (conditions.length === 0) return []
  const held = verdicts.filter(({ required, condition }) => required && condition !== undefined)
  const texts = held.map(({ gate, condition }) =>
    gate === 'identity' ? 'every answer is proven at level declared-twice or above' : condition,
  )
  return [
    {
      text: `${lane}: local-primary once ${texts.join(' and ')}`,
      evidence_ids: conditions.flatMap(({ evidence_ids }) => evidence_ids),
    },
  ]
}

/** What would take a serving lane's standing away. */
function losses(
  config: BenchConfig,
  workload: string,
  { lane, location, conditions, verdicts }: LaneStanding,
): Statement[] {
  const { limits } = config.workloads[workload] as WorkloadConfig
  const { median_seconds } = gatesFor(config, workload).latency
  const { caution_used_percent: caution, critical_used_percent: critical } = config.machine.memory
  return verdicts
    .filter(({ required }) => required)
    .flatMap((verdict) => {
      const texts = {
        identity: [
          location === 'local'
            ? 'one answer from other weights, or without proof'
            : 'one answer that names another model',
        ],
        context: ['one prompt that is cut off silently, or does not fit'],
        validity: ['one record that breaks the contract'],
        quality: spare(verdict),
        latency: [
          `one answer over ${seconds(limits.seconds_per_record * 1000)}`,
          ...(median_seconds === undefined ? [] : [`a median over ${seconds(median_seconds * 1000)}`]),
        ],
        memory:
          verdict.status === 'pass'
            ? [
                ...(conditions.length === 0 ? [`local-fallback once memory in use reaches ${caution} %`] : []),
                `not local once memory in use reaches ${critical} %`,
              ]
            : [],
        worker: verdict.status === 'pass' ? ['one request of a worker for another model'] : [],
      }[verdict.gate]
      return texts.map((text) => ({ text: `${lane}: ${text}`, evidence_ids: verdict.evidence_ids }))
    })
}

/** How many good records a pass could lose. */
function spare({ status, successes, successes_needed, n }: Verdict): string[] {
  if (status !== 'pass' || successes === undefined || successes_needed === undefined) return []
  return [
    `${count(successes - successes_needed + 1, 'good record')} less (${successes} of ${n}; ${successes_needed} needed)`,
  ]
}

/** What would let a lane of a high-stakes workload serve on its own. */
function autonomy({ stakes }: WorkloadConfig, route: Route, serving: LaneStanding | undefined): Statement[] {
  if (stakes !== 'high' || route.mode !== 'draft-only' || route.lane === undefined) return []
  const validity = serving?.verdicts.find(({ gate }) => gate === 'validity')
  return [
    {
      text: `${route.lane}: autonomous with ${highStakesRecords} distinct records valid and none broken (${validity?.n ?? 0} so far)`,
      evidence_ids: validity?.evidence_ids ?? [],
    },
  ]
}

/** A lane that serves because it does so today loses that with the incumbency. */
function departure({ route, lane }: Route, serving: LaneStanding | undefined): Statement[] {
  if (route !== 'cloud-primary' || serving?.status === 'proven') return []
  return [
    {
      text: `${lane}: blocked once it is no longer the incumbent, unless it is proven first`,
      evidence_ids: serving?.evidence_ids ?? [],
    },
  ]
}

/** All that a lane which does not serve would need. */
function gains({ lane, verdicts }: LaneStanding): Statement {
  const open = verdicts.filter(
    ({ gate, required, status, n }) =>
      (required || (gate === 'validity' && n === 0)) && status !== 'pass' && status !== 'not-applicable',
  )
  return {
    text: `${lane}: ${open.map(needed).join('; and ')}`,
    evidence_ids: [
      ...new Set(
        open.flatMap(({ offender, evidence_ids }) => (offender ? [offender.evidence_id] : evidence_ids.slice(0, 1))),
      ),
    ],
  }
}

function needed(verdict: Verdict): string {
  const { gate, status, n, needed: least, expected, successes, successes_needed, leaks } = verdict
  if (leaks !== undefined) {
    const { leaks: _leaks, ...rest } = verdict
    const isShort = successes !== undefined && successes_needed !== undefined && successes < successes_needed
    return `no secret gets through (it did in ${leaks} of ${n} records)${isShort ? `, and ${needed(rest)}` : ''}`
  }
  if (gate === 'quality' && status === 'fail' && successes !== undefined && successes_needed !== undefined) {
    return `${count(successes_needed - successes, 'more good record')} (${successes} of ${n}; ${successes_needed} needed)`
  }
  if (gate === 'validity' && status === 'fail' && successes !== undefined) {
    return `${count(n - successes, 'broken record')} mended (${successes} of ${n} valid; ${Math.max(n, least)} of ${Math.max(n, least)} needed)`
  }
  if (status === 'not-measured') return `${gate} measured: ${expected}`
  if (status === 'insufficient' && n < least)
    return `${least - n} more ${gate === 'latency' ? 'warm answers' : 'distinct records'} (${n} of ${least})`
  return expected
}
