import { z } from 'zod'
import { runtimeKinds } from '../config/schema.ts'
import { adapterSchema } from './identity-schema.ts'

/**
 * What made an answer what it is, part by part: facts of kind `trial`, without the fields that all evidence has. Written
 * once for all answers that share it, so that two runs can say in what they differ, and not only that they do.
 */

const text = z.string()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const trialParts = z.strictObject({
  requested_model: text,
  weights_sha256: sha256
    .optional()
    .describe('of all files that the runtime declares; absent where nothing proved them'),
  digest: text.optional().describe("the runtime's own hash of what the tag means"),
  declared_files: z.array(text).optional().describe('names of the weight files, where they could not be hashed'),
  template_sha256: sha256.optional(),
  adapters: z.array(adapterSchema).optional(),
  runtime: z.enum(runtimeKinds),
  location: z.enum(['local', 'cloud']),
  runtime_version: text.optional().describe('as the runtime gives it when asked for its health'),
  server_build: text.optional().describe('as it declares it beside the model'),
  options: z
    .record(text, z.union([text, z.number(), z.boolean()]))
    .describe('of the request, as temperature, seed, output_tokens; one that is not set is absent'),
  prompt_sha256: sha256.describe('of the turns of prompt.md, before a record is filled in'),
  schema_sha256: sha256.describe('of schema.json'),
  records_sha256: sha256.describe('of all records of the dataset, inputs and expected facts'),
  checker_version: z.int().min(1).describe('of what examined the answers'),
  seconds_per_record: z.number().positive().describe('after so long an answer was given up'),
})
export type TrialParts = z.infer<typeof trialParts>

export const trialFacts = {
  fingerprint: sha256.describe('of the answers that it explains'),
  parts: trialParts,
}
