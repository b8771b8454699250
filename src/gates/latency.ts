import { gatesFor } from '../config/gates-for.ts'
import type { WorkloadConfig } from '../config/schema.ts'
import {
  describePopulation,
  type LatencyPopulation,
  latencyPopulations,
  type TimingState,
} from './latency-populations.ts'
import { firstOfTrials } from './trials.ts'
import { completionsOf, type Gate, isAnswered, whyTooFew } from './verdict.ts'
import { count, seconds } from './wording.ts'

/**
 * The population that stands for daily work: cached prompts where the config says that the lane runs so, or where its
 * runtime cannot be told otherwise and most answers were such.
 */
function runningPopulation(populations: readonly LatencyPopulation[], prefixCache: boolean): TimingState {
  const n = (state: TimingState): number => populations.find((each) => each.state === state)?.total.n ?? 0
  return prefixCache || n('prefix-cached') > n('warm') ? 'prefix-cached' : 'warm'
}

/**
 * No answer over the record's limit in any population, and the running population's medians below their ceilings, of the first
 * answer to each record.
 */
export const latencyGate: Gate = (input) => {
  const { config, lane, workload } = input
  const settings = gatesFor(config, workload).latency
  const limit_ms = (config.workloads[workload] as WorkloadConfig).limits.seconds_per_record * 1000
  const ceiling_ms = settings.median_seconds === undefined ? undefined : settings.median_seconds * 1000
  const firstCeiling_ms =
    settings.first_content_seconds === undefined ? undefined : settings.first_content_seconds * 1000
  const all = completionsOf(input)
  const answered = all.filter(isAnswered)
  const timedOut = all.find((each) => each.outcome.state === 'failed' && each.outcome.code === 'deadline-exceeded')
  const populations = latencyPopulations(firstOfTrials(answered))
  const population = runningPopulation(populations, config.lanes[lane]?.prefix_cache === true)
  const running = populations.find((each) => each.state === population)
  const common = {
    gate: 'latency',
    lane,
    workload,
    required: settings.required,
    n: running?.total.n ?? 0,
    needed: settings.minimum_records,
    expected: [
      `no answer over ${seconds(limit_ms)}`,
      ...(ceiling_ms === undefined ? [] : [`median at most ${seconds(ceiling_ms)}`]),
      ...(firstCeiling_ms === undefined ? [] : [`median first content at most ${seconds(firstCeiling_ms)}`]),
      `on ${settings.minimum_records} or more ${population} answers`,
    ].join(', '),
    observed: populations.map(describePopulation).join('; ') || 'no answer',
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
  if (!running || running.total.n < settings.minimum_records) {
    const n = running?.total.n ?? 0
    return {
      ...common,
      status: n === 0 ? 'not-measured' : 'insufficient',
      reason: `insufficient, ${n} of ${settings.minimum_records}: ${whyTooFew(input, all)}`,
      remedy: `ask ${count(settings.minimum_records - n, 'more record')}`,
    }
  }
  if (ceiling_ms !== undefined && running.total.median > ceiling_ms) {
    return {
      ...common,
      status: 'fail',
      reason: `the ${running.state} median of ${seconds(running.total.median)} is over ${seconds(ceiling_ms)}`,
      remedy: 'use a smaller model or a shorter prompt, or raise gates.latency.median_seconds',
    }
  }
  if (firstCeiling_ms !== undefined) {
    const { first_content } = running
    if (first_content === undefined || first_content.n < settings.minimum_records) {
      return {
        ...common,
        status: 'insufficient',
        reason: `only ${first_content?.n ?? 0} of ${running.total.n} ${running.state} answers had content whose arrival was seen`,
        remedy: 'give answers more output tokens, or leave gates.latency.first_content_seconds out',
      }
    }
    if (first_content.median > firstCeiling_ms) {
      return {
        ...common,
        status: 'fail',
        reason: `the ${running.state} median to first content of ${seconds(first_content.median)} is over ${seconds(firstCeiling_ms)}`,
        remedy: 'use a smaller model, a shorter prompt or no thinking, or raise gates.latency.first_content_seconds',
      }
    }
  }
  return { ...common, status: 'pass', reason: `${describePopulation(running)}; limit ${seconds(limit_ms)}` }
}
