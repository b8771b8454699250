import { z } from 'zod'
import { timingStates } from '../gates/latency-populations.ts'
import { concurrencyJudgements } from './concurrency.ts'

/** The parts of memo.json that speak of time: `latencies`, and `speed` of a lane. */

const text = z.string()
const positive = z.number().min(0)
const count = z.int().min(0)
const ids = z.array(text).describe('evidence that the statement rests on')

const distribution = z.strictObject({
  n: count,
  median: positive,
  median_interval: z
    .strictObject({ lower: positive, upper: positive })
    .optional()
    .describe('of the median by order statistics, 95 %; absent below n = 6'),
  p90: positive.optional().describe('percentiles stand only where n bears them: 29, 59, 299'),
  p95: positive.optional(),
  p99: positive.optional(),
  max: positive,
})

export const latencyMemoSchema = z.strictObject({
  workload: text,
  lane: text,
  populations: z
    .array(
      z.strictObject({
        state: z.enum(timingStates),
        total: distribution.describe('milliseconds, as all here'),
        first_content: distribution.optional(),
        first_thinking: distribution.optional(),
        per_output_token: distribution
          .optional()
          .describe('(end to end - first token) / (tokens - 1), where that can be computed'),
        between_chunks: z
          .strictObject({ median_ms: positive, p95_ms: positive.optional(), longest_ms: positive })
          .optional()
          .describe('chunks are no tokens'),
        evidence_ids: ids,
      }),
    )
    .describe('cold, warm and prefix-cached, never pooled'),
})

const speed = z
  .strictObject({
    server: positive.optional(),
    wire: positive.optional(),
    wire_to_server: positive.optional().describe('median of the ratios, answer by answer'),
    n: count,
    measured_on: z.enum(['probe', 'records']),
  })
  .describe("median tokens per second: by the server's timings, and by what arrived")

export const laneSpeedMemoSchema = z.strictObject({
  prompt: speed.optional(),
  generated: speed.optional(),
  concurrency: z
    .strictObject({
      judgement: z.enum(concurrencyJudgements),
      levels: z.array(
        z.strictObject({
          concurrency: z.int().min(1),
          judgement: z.enum(concurrencyJudgements),
          answers_at_once: count
            .optional()
            .describe('the most answers that arrived at the same time: 1 in a queue, all in parallel'),
          first_token_growth: positive
            .optional()
            .describe("from one call's first token to the next one's, by one call's stream: 1 or more in a queue"),
          first_token_ms: z.strictObject({ earliest: positive, latest: positive }).optional(),
          tokens_per_second: positive.optional().describe('of all calls together'),
          text,
        }),
      ),
    })
    .optional(),
  findings: z.array(z.strictObject({ text, evidence_ids: ids })),
  evidence_ids: ids,
})
