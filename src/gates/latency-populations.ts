import { type Distribution, distributionOf } from '../statistics/distribution.ts'
import { median } from '../statistics/quantile.ts'
import { timePerOutputToken_ms } from './answer-speed.ts'
import type { Answered } from './verdict.ts'
import { seconds } from './wording.ts'

/** Three populations, never pooled. */
export const timingStates = ['cold', 'warm', 'prefix-cached'] as const
export type TimingState = (typeof timingStates)[number]

/** Durations of one population, in milliseconds. What no answer told is absent. */
export interface LatencyPopulation {
  readonly state: TimingState
  /** From the request to the end of the answer. */
  readonly total: Distribution
  /** To the first piece of content. */
  readonly first_content?: Distribution
  /** To the first piece of thinking. */
  readonly first_thinking?: Distribution
  /** (end to end - first token) / (tokens - 1), of the answers where that can be computed. */
  readonly per_output_token?: Distribution
  /** Between two chunks of an answer, which are no tokens. */
  readonly between_chunks?: {
    /** Of the answers' own medians. */
    readonly median_ms: number
    /** The median of the answers' own 95th percentiles; absent where none had 59 gaps. */
    readonly p95_ms?: number
    readonly longest_ms: number
  }
  /** Of the answers in it. */
  readonly evidence_ids: readonly string[]
}

/** Cold, warm and prefix-cached apart; a population without samples is absent. Pure. */
export function latencyPopulations(answered: readonly Answered[]): LatencyPopulation[] {
  return timingStates.flatMap((state) => {
    const members = answered.filter(({ outcome }) => outcome.timing.state === state)
    const outcomes = members.map(({ outcome }) => outcome)
    const timings = outcomes.map(({ timing }) => timing)
    const total = distributionOf(timings.map(({ total_ms }) => total_ms))
    if (!total) return []
    const first_content = distributionOf(timings.flatMap(({ first_content_ms }) => first_content_ms ?? []))
    const first_thinking = distributionOf(timings.flatMap(({ first_thinking_ms }) => first_thinking_ms ?? []))
    const per_output_token = distributionOf(outcomes.flatMap((outcome) => timePerOutputToken_ms(outcome) ?? []))
    const between_chunks = betweenChunks(timings)
    return [
      {
        state,
        total,
        ...(first_content && { first_content }),
        ...(first_thinking && { first_thinking }),
        ...(per_output_token && { per_output_token }),
        ...(between_chunks && { between_chunks }),
        evidence_ids: members.map(({ id }) => id),
      },
    ]
  })
}

function betweenChunks(timings: readonly Answered['outcome']['timing'][]): LatencyPopulation['between_chunks'] {
  const medians = timings.flatMap(({ median_gap_ms }) => median_gap_ms ?? [])
  const tails = timings.flatMap(({ p95_gap_ms }) => p95_gap_ms ?? [])
  const longest = timings.flatMap(({ longest_gap_ms }) => longest_gap_ms ?? [])
  if (medians.length === 0 || longest.length === 0) return undefined
  return {
    median_ms: median(medians),
    ...(tails.length > 0 && { p95_ms: median(tails) }),
    longest_ms: longest.reduce((most, gap) => Math.max(most, gap), 0),
  }
}

/** "warm n = 24, median 3.9 s (95 %: 3.7 s to 4.2 s), max of 24 5.1 s, first content 410 ms" */
export function describePopulation({ state, total, first_content }: LatencyPopulation): string {
  const first = first_content === undefined ? '' : `, first content ${seconds(first_content.median)}`
  return `${state} n = ${total.n}, ${describeDistribution(total)}${first}`
}

/** "median 3.9 s (95 %: 3.7 s to 4.2 s), p90 4.8 s"; "median 3.9 s, max of 4 4.1 s" of so few that no percentile is borne. */
export function describeDistribution(distribution: Distribution): string {
  if (distribution.n === 1) return seconds(distribution.max)
  return `median ${describeMedian(distribution)}, ${describeTail(distribution)}`
}

/** "3.9 s (95 %: 3.7 s to 4.2 s)"; without an interval where there is none. */
export function describeMedian({ median, median_interval }: Distribution): string {
  return median_interval
    ? `${seconds(median)} (95 %: ${seconds(median_interval.lower)} to ${seconds(median_interval.upper)})`
    : seconds(median)
}

/** The percentiles that n bears, else "max of n". */
export function describeTail({ n, p90, p95, p99, max }: Distribution): string {
  const borne = [
    ...(p90 === undefined ? [] : [`p90 ${seconds(p90)}`]),
    ...(p95 === undefined ? [] : [`p95 ${seconds(p95)}`]),
    ...(p99 === undefined ? [] : [`p99 ${seconds(p99)}`]),
  ]
  return borne.length > 0 ? borne.join(', ') : `max of ${n} ${seconds(max)}`
}
