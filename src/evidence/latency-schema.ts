import { z } from 'zod'
import { failureCodes } from './failure-codes.ts'
import { answerTimes, tokenCountsSchema } from './timing-schema.ts'

/** What the probes of a lane's speed found: facts of kinds `latency` and `concurrency`, without what all evidence has. */

const count = z.number().int().min(0)
const milliseconds = z.number().min(0)
const options_sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("of the lane's settings in the config; a probe of other settings than today's does not count")
const failed = z.strictObject({
  state: z.literal('failed'),
  code: z.enum(failureCodes),
  message: z.string(),
  total_ms: milliseconds,
})

const probedCall = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('answered'),
    finish_reason: z.enum(['stop', 'length', 'other']),
    usage: tokenCountsSchema,
    timing: z.strictObject(answerTimes),
  }),
  failed,
])
/** One call of the probe. */
export type ProbedCall = z.infer<typeof probedCall>

export const latencyFacts = {
  options_sha256,
  planned: count.describe('calls that were asked for; fewer were made where the time was up or one failed'),
  calls: z.array(probedCall).describe('one after the other, each with a prompt that begins as no other does'),
  total_ms: milliseconds.describe('of the whole probe'),
}

const concurrentCall = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('answered'),
    usage: tokenCountsSchema,
    chunks: count.describe('pieces of text that arrived'),
    first_token_ms: milliseconds.optional().describe('until anything came; absent where nothing did'),
    total_ms: milliseconds,
  }),
  failed,
])

const level = z.strictObject({
  concurrency: z.int().min(1).describe('calls that were sent at the same moment'),
  calls: z.array(concurrentCall).describe('in the order of sending; all times count from that moment'),
  total_ms: milliseconds.describe('until the last of them had ended'),
})
/** So many calls at once, and when each of them was answered. */
export type ConcurrencyLevel = z.infer<typeof level>

export const concurrencyFacts = {
  options_sha256,
  levels: z.array(level),
  total_ms: milliseconds.describe('of the whole sweep'),
}
