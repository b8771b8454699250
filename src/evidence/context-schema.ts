import { z } from 'zod'
import { failureCodes } from './failure-codes.ts'

/** What a probe of a lane's context found: facts of kind `context`, without the fields that all evidence has. */

const count = z.number().int().min(0)
const milliseconds = z.number().min(0)

const trial = z.strictObject({
  words: count.describe('of the prompt; each is a token at least'),
  characters: count,
  expected_prompt_tokens: count
    .optional()
    .describe('what the text must have, by the two calibrations of the same run; absent where these were not counted'),
  outcome: z.discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('answered'),
      prompt_tokens: count.optional().describe('as the server counted them'),
      output_tokens: count.optional(),
      codes: z
        .strictObject({ head: z.boolean(), middle: z.boolean(), tail: z.boolean() })
        .describe('which of the codes in the prompt the answer repeats; a small model may fail to repeat what it read'),
      total_ms: milliseconds,
    }),
    z.strictObject({
      state: z.literal('failed'),
      code: z.enum(failureCodes),
      message: z.string(),
      context_tokens: count.optional().describe('the size of the context, where a refusal names it'),
      total_ms: milliseconds,
    }),
  ]),
})
/** One prompt of the probe and what came of it. */
export type ContextTrial = z.infer<typeof trial>

export const contextFacts = {
  options_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe("of the lane's settings in the config; a probe of other settings than today's does not count"),
  context_trained: count.optional(),
  context_configured: count.optional().describe("the lane's, else the tag's own"),
  context_in_force: count.optional().describe('as the runtime declares it'),
  target_tokens: count.describe('what the fitting prompt and its answer were sized to'),
  target_from: z
    .enum(['configured', 'in-force', 'refusal', 'maximum-tokens', 'seconds'])
    .describe('where the target comes from; the last two are caps of context_probe, so the context may be larger'),
  calibrations: z.array(trial).describe('two short prompts of the same kind of text'),
  fitting: trial.optional().describe('the prompt that must fit; absent where a calibration failed'),
  over: trial.optional().describe('a prompt clearly over all that was declared; a refusal is what it should get'),
  total_ms: milliseconds.describe('of the whole probe'),
}
