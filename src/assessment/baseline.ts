import { gatesFor } from '../config/gates-for.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { Evidence } from '../evidence/schema.ts'
import { baselineScores, type FactScore, isGood, laneScores } from '../gates/quality.ts'
import type { Interval } from '../statistics/interval.ts'
import { wilsonInterval } from '../statistics/wilson.ts'

/** What answering without a model scores, beside a lane on the same records. */
export interface BaselineComparison {
  readonly lane: string
  /** On which both were judged; where the lane has none, all of the baseline's. */
  readonly records: number
  readonly baseline_good: number
  /** Two-sided 95 % (Wilson), of the share of good records; the next one of the lane's. */
  readonly baseline_interval: Interval
  readonly lane_interval?: Interval
  /** Absent where the lane answered none of the records. */
  readonly lane_good?: number
  readonly baseline_facts: number
  readonly lane_facts?: number
  readonly expected_facts: number
  /** True where the baseline has as many good records as the lane, and some. */
  readonly no_model_needed: boolean
  readonly evidence_ids: readonly string[]
}

/** Compares on the records that both answered; undefined where the baseline has none. */
export function compareWithBaseline(
  config: BenchConfig,
  workload: string,
  lane: string,
  evidence: readonly Evidence[],
): BaselineComparison | undefined {
  const { minimum_facts } = gatesFor(config, workload).quality
  const byRecord = new Map(
    laneScores({ config, workload, lane, evidence }).map((score) => [score.record_sha256, score]),
  )
  const baselines = baselineScores({ workload, evidence })
  const pairs = baselines.flatMap((baseline) => {
    const own = byRecord.get(baseline.record_sha256)
    return own ? [{ baseline, own }] : []
  })
  if (pairs.length === 0) return baselineAlone(lane, baselines, minimum_facts)
  const good = (score: (typeof pairs)[number]['own']) => isGood(score, minimum_facts)
  const baseline_good = pairs.filter(({ baseline }) => good(baseline)).length
  const lane_good = pairs.filter(({ own }) => good(own)).length
  return {
    lane,
    records: pairs.length,
    baseline_good,
    baseline_interval: wilsonInterval(baseline_good, pairs.length),
    lane_interval: wilsonInterval(lane_good, pairs.length),
    lane_good,
    baseline_facts: pairs.reduce((total, { baseline }) => total + baseline.found, 0),
    lane_facts: pairs.reduce((total, { own }) => total + own.found, 0),
    expected_facts: pairs.reduce((total, { baseline }) => total + baseline.expected, 0),
    no_model_needed: baseline_good > 0 && baseline_good >= lane_good,
    evidence_ids: pairs.slice(0, 1).map(({ baseline }) => baseline.evidence_id),
  }
}

/** What a lane that answered nothing would have to be better than. */
function baselineAlone(
  lane: string,
  baselines: readonly FactScore[],
  minimumFacts: number | undefined,
): BaselineComparison | undefined {
  if (baselines.length === 0) return undefined
  const baseline_good = baselines.filter((baseline) => isGood(baseline, minimumFacts)).length
  return {
    lane,
    records: baselines.length,
    baseline_good,
    baseline_interval: wilsonInterval(baseline_good, baselines.length),
    baseline_facts: baselines.reduce((total, { found }) => total + found, 0),
    expected_facts: baselines.reduce((total, { expected }) => total + expected, 0),
    no_model_needed: false,
    evidence_ids: baselines.slice(0, 1).map(({ evidence_id }) => evidence_id),
  }
}
