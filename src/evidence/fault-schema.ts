import { z } from 'zod'
import { storedTextSchema } from './stored-text-schema.ts'
import { workerExitSchema } from './worker-request.ts'

/** What a worker did while its model server failed in one way: facts of kind `fault`, without the fields of all evidence. */

const text = z.string()
const milliseconds = z.number().min(0)

/** The ways of failing, in the order in which they are tried. */
export const faultNames = [
  'connection-refused',
  'connection-reset',
  'http-503',
  'http-429',
  'time-out',
  'cut-stream',
  'malformed-json',
  'wrong-model',
  'empty-answer',
  'slow-first-token',
] as const
export type FaultName = (typeof faultNames)[number]

const request = z.strictObject({
  at_ms: milliseconds.describe('since the command was started'),
  through: z.enum(['lane', 'fallback']).describe("whose endpoint was asked: the lane's, or the declared fallback's"),
  requested_model: text.optional().describe('absent where it could not be read'),
  response_model: text.optional(),
  status: z.int().optional().describe('of HTTP; absent where the connection broke before'),
  outcome: z.enum(['answered', 'failed', 'cut', 'pending']),
  faulty: z.boolean().describe('the fault was put into it; of others the answer is as it was'),
})
export type FaultRequest = z.infer<typeof request>

export const faultFacts = {
  worker: text.describe('its name in the config'),
  settings_sha256: text.describe(
    "of its settings in the config; evidence of other settings than today's does not count",
  ),
  record_sha256: text.describe('of the input that was submitted'),
  fault: z.enum(faultNames),
  selected_model: text,
  fallback_lane: text.optional().describe('the lane that may serve instead; absent where the config declares none'),
  fallback_model: text.optional(),
  exit: workerExitSchema,
  total_ms: milliseconds,
  requests: z
    .array(request)
    .describe('those that ask a model, in order; none can be seen where the connection is refused'),
  reported_model: text.optional().describe("the model of the worker's own record; absent where none was found"),
  stdout: storedTextSchema,
  stderr: storedTextSchema,
}
