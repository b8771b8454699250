import { z } from 'zod'
import { runtimeKinds } from '../config/schema.ts'
import { failureCodes } from './failure-codes.ts'

/** What a lane's runtime makes of think, streams and schemas: facts of kind `capability`, without what all evidence has. */

const text = z.string()
const count = z.number().int().min(0)
const milliseconds = z.number().min(0)

export const structures = ['json-schema', 'json-mode', 'grammar', 'none'] as const
export const thinkSettings = ['off', 'on', 'unset'] as const

const combination = {
  endpoint: text.describe('path of the server, such as /v1/chat/completions'),
  think: z.enum(thinkSettings).describe('unset: the request says nothing of it'),
  stream: z.boolean(),
  structure: z
    .enum(structures)
    .describe('what the request constrains the answer by; grammar: GBNF, which llama-server takes'),
}
/** One way to ask. */
export type Combination = z.infer<z.ZodObject<typeof combination>>

const outcome = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('answered'),
    constraint: z
      .enum(['whole', 'part', 'inside', 'in-thinking', 'absent'])
      .optional()
      .describe(
        'of json-schema and grammar: whether the answer is what only the constraint tells (a random name and value), whole, its beginning where the tokens ended, with other text around, only among the thinking, or not at all',
      ),
    json: z
      .enum(['object', 'other', 'begun', 'not-json', 'empty'])
      .describe('the content as JSON; begun: it begins as an object or array, and the tokens ended'),
    content_characters: count,
    thinking_characters: count.describe('told apart from the content by the server'),
    thinking_in_content: z.boolean().describe('the content bears marks of thinking'),
    finish_reason: text.optional().describe("in the server's word; absent where it gave none"),
    chunks: count.describe('pieces with text'),
    arrivals: count.describe('reads from the network that ended a piece with text; 1: all came at once'),
    usage: z.strictObject({ prompt_tokens: count.optional(), output_tokens: count.optional() }),
    total_ms: milliseconds,
  }),
  z.strictObject({
    state: z.literal('failed'),
    code: z.enum(failureCodes),
    status: count.optional().describe('of HTTP'),
    message: text,
    total_ms: milliseconds,
  }),
  z.strictObject({
    state: z.literal('not-asked'),
    reason: z
      .enum(['time-cap', 'would-reload', 'lane-gone'])
      .describe("would-reload: such a request cannot name the lane's context, so the weights would be loaded anew"),
  }),
])
/** What came of one way to ask. */
export type CapabilityOutcome = z.infer<typeof outcome>

const asked = z.strictObject({ ...combination, outcome })
/** One way to ask and what came of it. */
export type AskedCombination = z.infer<typeof asked>

const subject = z.strictObject({
  runtime: z.enum(runtimeKinds),
  version: text.optional().describe('of the server'),
  server_build: text.optional(),
  requested_model: text,
  digest: text.optional(),
  weights_sha256: text.optional(),
  template_sha256: text.optional(),
  options_sha256: text.describe("of the lane's settings in the config"),
  questions: count.describe("of the probe's own questions: another number, other questions"),
})
/** All that makes two matrices one: where it is equal, nothing needs to be asked anew. */
export type CapabilitySubject = z.infer<typeof subject>

const origin = z.strictObject({ run_id: text, evidence_id: text, at: z.iso.datetime() })

export const capabilityFacts = {
  subject,
  own: z.strictObject(combination).describe('the way in which the lane asks its records'),
  seconds: z.number().min(0).describe('the cap under which it was asked'),
  combinations: z.array(asked),
  total_ms: milliseconds.describe('of the whole probe, when it was asked'),
  asked_because: z
    .enum([
      'nothing-earlier',
      'runtime-changed',
      'model-changed',
      'settings-changed',
      'questions-changed',
      'incomplete',
      'not-told-apart',
    ])
    .optional()
    .describe(
      'why it was asked in this run; not-told-apart: the runtime does not say its version and model. Absent where carried',
    ),
  carried_from: origin.optional().describe('the run that asked; this one found the same runtime and model'),
  earlier: z
    .strictObject({ ...origin.shape, subject, combinations: z.array(asked) })
    .optional()
    .describe('what another version of the runtime, or another model, made of the same questions'),
}
