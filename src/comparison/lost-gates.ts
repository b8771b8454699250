import { gateNames } from '../config/gates-for.ts'
import type { BenchConfig, WorkloadConfig } from '../config/schema.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { Evidence } from '../evidence/schema.ts'
import { judge } from '../gates/judge.ts'
import { gatesOfARun } from '../gates/rejudged.ts'
import type { Verdict } from '../gates/verdict.ts'
import { wasGivenUp } from './record-outcomes.ts'
import type { Side } from './side.ts'

/** A required gate that passes in A and does not in B, both by today's limits: whatever a test says of the difference. */
export type LostGate = Pick<Verdict, 'gate' | 'status' | 'reason' | 'evidence_ids'>

/**
 * A rule as "25 in a row" breaks by one record, which no test calls a change. What B did not measure is lost, too. Pure.
 * @param withTime false, of two machines: how long answers took is left out, and so are latency and memory
 */
export function lostGates(
  before: Side,
  after: Side,
  { config, workload, withTime }: { config: BenchConfig; workload: string; withTime: boolean },
): LostGate[] {
  if (!config.lanes[before.lane] || !config.lanes[after.lane]) return []
  const limited = withTime ? config : withoutDeadline(config, workload)
  const [earlier, later] = [before, after].map(({ evidence, lane }) => {
    const own = asOfToday(evidence, lane, config, withTime)
    return (gate: Verdict['gate']) => judge(gate, { config: limited, evidence: own, lane, workload })
  }) as [(gate: Verdict['gate']) => Verdict, (gate: Verdict['gate']) => Verdict]
  return gateNames
    .filter((gate) => withTime || !gatesOfARun.includes(gate))
    .filter((gate) => earlier(gate).required && earlier(gate).status === 'pass')
    .map(later)
    .filter(({ status }) => status !== 'pass' && status !== 'not-applicable')
    .map(({ gate, status, reason, evidence_ids }) => ({ gate, status, reason, evidence_ids: evidence_ids.slice(0, 1) }))
}

/** Gates leave out what was taken under other settings than today's; here these may be the one factor that changed. */
function asOfToday(evidence: readonly Evidence[], lane: string, config: BenchConfig, withTime: boolean): Evidence[] {
  const options_sha256 = laneOptionsSha256(config, lane)
  const requested_model = config.lanes[lane]?.model ?? ''
  return evidence.flatMap((each): Evidence[] => {
    if (!('lane' in each) || each.lane !== lane) return [each]
    if (each.kind === 'context') return [{ ...each, options_sha256 }]
    if (each.kind !== 'completion') return [each]
    return !withTime && wasGivenUp(each) ? [] : [{ ...each, options_sha256, requested_model }]
  })
}

function withoutDeadline(config: BenchConfig, workload: string): BenchConfig {
  const settings = config.workloads[workload] as WorkloadConfig
  const limits = { ...settings.limits, seconds_per_record: Number.POSITIVE_INFINITY }
  return { ...config, workloads: { ...config.workloads, [workload]: { ...settings, limits } } }
}
