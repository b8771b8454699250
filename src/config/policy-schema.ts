import { z } from 'zod'
import { durationSchema } from './duration.ts'

/** `policy:` of bench.config.yaml: what vetoes a workload's local lane, and how long such a veto is believed. */

const pointer = z
  .string()
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'write a JSON pointer such as /local_quality, or an empty one for the whole file')
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const governorSchema = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe("JSON or YAML, from the config's folder; read, and never edited unless on_clear says so"),
  pointer: pointer.default('').describe('JSON pointer to the block, or to the list or map of blocks'),
  each: z.boolean().default(false).describe('each entry of the list or map at the pointer is a block of its own'),
  blocked_at: pointer.default('').describe('where, from the block, stands whether it blocks'),
  blocked_values: z
    .array(scalar)
    .min(1)
    .optional()
    .describe('values there that mean blocked; where absent, any but false, 0, null and an empty text'),
  workload: z.string().min(1).optional().describe('one of workloads; where neither this nor workload_at is given, all'),
  workload_at: pointer.optional().describe('where, from the block, its workload stands'),
  weights_at: pointer.optional().describe('where, from the block, stands the tag or the weights that it is about'),
  reason_at: pointer.optional().describe('where, from the block, its reason stands'),
  created_at: pointer
    .optional()
    .describe(
      "where, from the block, stands when it was written (ISO 8601, or seconds of the epoch); the file's own time where absent",
    ),
  expires_at: pointer.optional().describe('where, from the block, stands when it ends'),
  on_clear: z
    .union([
      z.literal('keep'),
      z.literal('remove'),
      z.strictObject({ write: z.record(pointer, scalar).describe('values by JSON pointer, from the block') }),
    ])
    .default('keep')
    .describe(
      'what to do with a stale block that a probe has refuted: keep the file as it is; remove the block; or write these values, by pointer from the block. A copy of the file is kept beside it',
    ),
})
export type GovernorConfig = z.infer<typeof governorSchema>

export const policySchema = z.strictObject({
  block_bound: durationSchema
    .default('12h')
    .describe('a block that is older is stale: the next preflight probes, and its outcome decides'),
  first_backoff: durationSchema.default('5m').describe('how long a block holds after the first failed probe'),
  longest_backoff: durationSchema.default('12h').describe('each further failure doubles it, up to this'),
  proof_valid: durationSchema
    .default('1h')
    .describe('how long a passed preflight serves for the next ones, unless the machine was started anew'),
  governors: z.array(governorSchema).default([]).describe('files of yours that veto local work'),
})
export type PolicyConfig = z.infer<typeof policySchema>
