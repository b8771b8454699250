import { z } from 'zod'

/** Earlier runs of the same trial, as far as their evidence is here: facts of kind `attempts`, without the shared fields. */

const text = z.string()
const count = z.number().int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const earlierAttempt = z.strictObject({
  run_id: text,
  at: z.iso.datetime().describe('of its first answer'),
  fingerprint: sha256.describe('of its answers: with their seed'),
  records: count.describe('distinct records that it answered and that are checked today as then'),
  faults: z.array(count).describe('which of the faults it met, by their place'),
})

/** What tells one faulty answer of an earlier attempt; its `outcome` is that of a completion without texts. */
export const faultOrigin = {
  run_id: text,
  evidence_id: text,
  record_id: text,
  record_sha256: sha256,
  prompt_sha256: sha256,
}

export const attemptsFacts = {
  trial_sha256: sha256.describe('of the answers that it is about'),
  earlier: z.array(earlierAttempt).describe('runs that asked the same trial before, the oldest first'),
  latest_answers: z
    .array(z.strictObject({ record_sha256: sha256, answer_sha256: sha256 }))
    .optional()
    .describe(
      'of the latest of them with the same fingerprint, at temperature 0: they should be equal to those of this run',
    ),
}
