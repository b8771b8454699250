import { z } from 'zod'

/** Token counts and durations of one answer, as completions and probes keep them. Absent: not given, or nothing came. */

const count = z.number().int().min(0)
const milliseconds = z.number().min(0)

/** Token counts as the server gave them. */
export const tokenCountsSchema = z.strictObject({
  prompt_tokens: count.optional(),
  cached_prompt_tokens: count.optional(),
  output_tokens: count.optional(),
})
export type TokenCounts = z.infer<typeof tokenCountsSchema>

/** Durations from the moment the request was sent, and the server's own beside them. */
export const answerTimes = {
  total_ms: milliseconds,
  first_content_ms: milliseconds.optional(),
  first_thinking_ms: milliseconds.optional(),
  chunks: count.describe('pieces of text that arrived; no count of tokens: one may hold several, or a part of one'),
  median_gap_ms: milliseconds.optional().describe('between two chunks with text'),
  p95_gap_ms: milliseconds.optional().describe('between two chunks with text; absent where there were fewer than 59'),
  longest_gap_ms: milliseconds.optional().describe('between two chunks with text'),
  server_prompt_ms: milliseconds.optional(),
  server_generation_ms: milliseconds
    .optional()
    .describe('from the first token to the last one: of n tokens that is n - 1 steps'),
}
const answerTimesSchema = z.strictObject(answerTimes)
export type AnswerTimes = z.infer<typeof answerTimesSchema>
