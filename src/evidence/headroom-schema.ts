import { z } from 'zod'

/** What was known before a model was loaded: facts of kind `headroom`, without the fields that all evidence has. Bytes. */

const bytes = z.number().int().min(0)
const tokens = z.number().int().min(1)
const room = z.strictObject({ total: bytes, used: bytes })

const estimate = z.strictObject({
  weights_bytes: bytes,
  cache_bytes: bytes.describe('keys and values of all sequences'),
  margin_bytes: bytes.describe('for the program and its buffers'),
  total_bytes: bytes,
  context: tokens.describe('tokens of one sequence'),
  sequences: z.number().int().min(1).describe('kept at once, each with its own context'),
  cache_type: z.string().describe('of keys, and of values where these have none of their own'),
  value_cache_type: z.string().optional(),
  at_most: z.boolean().describe('true where layers keep less than the whole context, or their heads are not known'),
  from: z.enum(['file', 'runtime']).describe("where layers and heads were read: the weight file's header, or the API"),
})
/** What a load should take. */
export type EstimateEvidence = z.infer<typeof estimate>

export const headroomFacts = {
  options_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("of the lane's settings in the config; facts of other settings than today's do not count"),
  already_loaded: z.boolean().describe('true where the weights were in memory before'),
  estimate: estimate.optional(),
  no_estimate: z.string().optional().describe('why there is none'),
  machine: room.optional(),
  cgroup: room.optional().describe('the tightest limit of the serving process, and what is used of it'),
  gpu: room.optional().describe('memory of all graphics cards that have their own'),
  resident_before: bytes.optional().describe('of the serving process and its children'),
  given_back_bytes: bytes
    .optional()
    .describe('memory of the serving process that is no page of a file: it may hold another model, which makes room'),
  room_bytes: z
    .number()
    .int()
    .optional()
    .describe(
      'what could be taken before critical, by the config of the run, with what is given back; negative beyond it',
    ),
  refused: z.boolean().describe('true where the model was not loaded, since it clearly would not fit'),
}
