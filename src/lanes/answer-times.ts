import type { AnswerTimes } from '../evidence/timing-schema.ts'
import type { ChatResult } from '../runtimes/runtime.ts'
import { percentileIsBorne } from '../statistics/percentile-is-borne.ts'
import { quantile } from '../statistics/quantile.ts'

/** The durations of an answer as evidence keeps them: gaps as their median, tail and longest, not one by one. Pure. */
export function answerTimes({ wire, server_timings }: Pick<ChatResult, 'wire' | 'server_timings'>): AnswerTimes {
  const { total_ms, first_content_ms, first_thinking_ms, chunk_ms } = wire
  const gaps = chunk_ms
    .slice(1)
    .map((at, index) => at - (chunk_ms[index] as number))
    .sort((a, b) => a - b)
  return {
    total_ms,
    chunks: chunk_ms.length,
    ...(first_content_ms !== undefined && { first_content_ms }),
    ...(first_thinking_ms !== undefined && { first_thinking_ms }),
    ...(gaps.length > 0 && { median_gap_ms: quantile(gaps, 0.5), longest_gap_ms: gaps.at(-1) as number }),
    ...(percentileIsBorne(0.95, gaps.length) && { p95_gap_ms: quantile(gaps, 0.95) }),
    ...(server_timings.prompt_ms !== undefined && { server_prompt_ms: server_timings.prompt_ms }),
    ...(server_timings.generation_ms !== undefined && { server_generation_ms: server_timings.generation_ms }),
  }
}
