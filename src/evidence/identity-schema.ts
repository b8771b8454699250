import { z } from 'zod'
import { identityLevelSchema } from '../config/schema.ts'

const text = z.string()
const count = z.number().int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const weightFile = z.strictObject({ name: text.describe('without its folder'), sha256: sha256.optional() })
/** A LoRA adapter and its strength, where the runtime says it. */
export const adapterSchema = weightFile.extend({ scale: z.number().optional() })

/** What was proven of the model behind one answer, and what contradicts it. */
export const identityProofSchema = z.strictObject({
  level: identityLevelSchema.describe('the highest level proven'),
  required: identityLevelSchema,
  tag: text.optional().describe('the tag under which the runtime declares the weights'),
  digest: text.optional(),
  weights_sha256: sha256.optional().describe('of all files that the runtime declares'),
  declared_files: z
    .array(text)
    .optional()
    .describe('names of the weight files, without folders, where they could not be hashed'),
  expected_weights_sha256: sha256.optional().describe('the pin in the config; absent where the weights are unpinned'),
  expected_digest: sha256.optional().describe("the config's pin of what the runtime itself hashes"),
  adapters: z.array(adapterSchema).optional(),
  projectors: z.array(weightFile).optional(),
  load_id_before: text.optional(),
  load_id_after: text.optional(),
  template_sha256: sha256.optional(),
  context_in_force: count.optional(),
  server_build: text.optional(),
  served_elsewhere: text.optional().describe('host and model that really serve a tag which only looks local'),
  via_gateway: z.record(text, text).optional().describe('headers of a gateway that the answer came through'),
  notes: z.array(text).optional().describe('why the level is no higher, or under which other names the model goes'),
  contradictions: z
    .array(text)
    .describe('statements of the runtime that cannot both be true, or not what was asked for'),
})
export type IdentityProof = z.infer<typeof identityProofSchema>
