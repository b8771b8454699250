import { z } from 'zod'
import { failureCodes } from './failure-codes.ts'
import { identityProofSchema } from './identity-schema.ts'

const text = z.string()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Facts of kind `grade`: what a model said of an answer, and which model that was. Beside the lane and workload that answered. */
export const gradeFacts = {
  grader: text.describe('its name in the config'),
  settings_sha256: sha256.describe("of its settings in the config; grades of other settings than today's do not count"),
  prompt_sha256: sha256.describe("of the grader's prompt file"),
  record_id: text,
  record_sha256: sha256,
  answer_id: text.describe('the completion that was graded'),
  grading_lane: text,
  options_sha256: sha256.optional().describe("of the grading lane's settings"),
  requested_model: text,
  observed_model: text.optional().describe('what the grading runtime declared it had loaded'),
  identity: identityProofSchema.describe('of the model that graded'),
  outcome: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('graded'), grade: text.describe('one of the grades of the config') }),
    z.strictObject({ state: z.literal('unreadable') }).describe('it said something else'),
    z.strictObject({ state: z.literal('failed'), code: z.enum(failureCodes), message: text }),
  ]),
  total_ms: z.number().min(0),
}
