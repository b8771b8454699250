import { z } from 'zod'

/** What vetoed local work when a run began: facts of kind `policy`, without the fields that all evidence has. */

const text = z.string()

export const policyFacts = {
  blocks: z.array(
    z.strictObject({
      file: text.describe("`.bench/policy.json`, or the governor's file as the config names it"),
      pointer: text.optional().describe("JSON pointer to it in a governor's file"),
      workload: text.optional().describe('absent where it vetoes all'),
      weights: text.optional().describe('tag or weights that it is about; absent where it names none'),
      reason: text,
      created: z.iso.datetime(),
      state: z.enum(['active', 'stale', 'refuted']).describe('refuted: by a probe since it was written'),
      why: text.describe('until when it holds, or why it does not any more'),
    }),
  ),
  problems: z.array(text).describe('files that could not be read: what they veto is not known'),
}
