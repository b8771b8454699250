import { gatesFor } from '../config/gates-for.ts'
import type { WorkloadConfig } from '../config/schema.ts'
import { median } from '../statistics/quantile.ts'
import { type Answered, completionsOf, type Gate, isAnswered, whyTooFew } from './verdict.ts'
import { count, seconds } from './wording.ts'

type TimingState = 'cold' | 'warm' | 'prefix-cached'

/** Durations of one population, in milliseconds. */
export interface LatencySummary {
  readonly state: TimingState
  readonly n: number
  readonly median_ms: number
  readonly worst_ms: number
}

/** Cold, warm and prefix-cached apart; a population without samples is absent. */
export function latencySummaries(answered: readonly Answered[]): LatencySummary[] {
  return (['cold', 'warm', 'prefix-cached'] as const).flatMap((state) => {
    const samples = answered
      .filter((each) => each.outcome.timing.state === state)
      .map((each) => each.outcome.timing.total_ms)
    if (samples.length === 0) return []
    return [{ state, n: samples.length, median_ms: median(samples), worst_ms: Math.max(...samples) }]
  })
}

/** "warm n = 24, median 3.9 s, worst 5.1 s" */
export function describeLatency({ state, n, median_ms, worst_ms }: LatencySummary): string {
  return n === 1
    ? `${state} n = 1, ${seconds(median_ms)}`
    : `${state} n = ${n}, median ${seconds(median_ms)}, worst ${seconds(worst_ms)}`
}

/**
 * The population that stands for daily work: cached prompts where the config says that the lane runs so, or where its
 * runtime cannot be told otherwise and most answers were such.
 */
function runningPopulation(summaries: readonly LatencySummary[], prefixCache: boolean): TimingState {
  const n = (state: TimingState): number => summaries.find((each) => each.state === state)?.n ?? 0
  return prefixCache || n('prefix-cached') > n('warm') ? 'prefix-cached' : 'warm'
}

/** No answer over the record's limit in any population, and the running population's median below its ceiling. */
export const latencyGate: Gate = (input) => {
  const { config, lane, workload } = input
  const settings = gatesFor(config, workload).latency
  const limit_ms = (config.workloads[workload] as WorkloadConfig).limits.seconds_per_record * 1000
  const ceiling_ms = settings.median_seconds === undefined ? undefined : settings.median_seconds * 1000
  const all = completionsOf(input)
  const answered = all.filter(isAnswered)
  const timedOut = all.find((each) => each.outcome.state === 'failed' && each.outcome.code === 'deadline-exceeded')
  const summaries = latencySummaries(answered)
  const population = runningPopulation(summaries, config.lanes[lane]?.prefix_cache === true)
  const running = summaries.find((each) => each.state === population)
  const common = {
    gate: 'latency',
    lane,
    workload,
    required: settings.required,
    n: running?.n ?? 0,
    needed: settings.minimum_records,
    expected: `no answer over ${seconds(limit_ms)}${ceiling_ms === undefined ? '' : `, median at most ${seconds(ceiling_ms)}`}, on ${settings.minimum_records} or more ${population} answers`,
    observed: summaries.map(describeLatency).join('; ') || 'no answer',
    evidence_ids: answered.map((each) => each.id),
  } as const
  const slow = answered.find((each) => each.outcome.timing.total_ms > limit_ms) ?? timedOut
  if (slow) {
    const why = isAnswered(slow)
      ? `took ${seconds(slow.outcome.timing.total_ms)}`
      : `no answer within ${seconds(limit_ms)}`
    return {
      ...common,
      status: 'fail',
      reason: `${slow.record_id} ${why}`,
      offender: { record_id: slow.record_id, evidence_id: slow.id, why },
      remedy: 'use a smaller model, a shorter prompt or fewer output tokens, or raise limits.seconds_per_record',
    }
  }
  if (!running || running.n < settings.minimum_records) {
    const n = running?.n ?? 0
    return {
      ...common,
      status: n === 0 ? 'not-measured' : 'insufficient',
      reason: `insufficient, ${n} of ${settings.minimum_records}: ${whyTooFew(input, all)}`,
      remedy: `ask ${count(settings.minimum_records - n, 'more record')}`,
    }
  }
  if (ceiling_ms !== undefined && running.median_ms > ceiling_ms) {
    return {
      ...common,
      status: 'fail',
      reason: `the ${running.state} median of ${seconds(running.median_ms)} is over ${seconds(ceiling_ms)}`,
      remedy: 'use a smaller model or a shorter prompt, or raise gates.latency.median_seconds',
    }
  }
  return { ...common, status: 'pass', reason: `${describeLatency(running)}; limit ${seconds(limit_ms)}` }
}
