import { z } from 'zod'

/** What the wire tap saw of one request of a worker, and of the processes behind it. */

const text = z.string()
const count = z.int().min(0)

/** LOCAL_MODEL_TAG in a process' environment. */
export const tagStates = ['set', 'not-set', 'unreadable'] as const

const seenProcess = z.strictObject({
  command: z.array(text).describe('program and arguments, without folders; private ones masked'),
  local_model_tag_state: z.enum(tagStates).describe('whether LOCAL_MODEL_TAG is in its environment'),
  local_model_tag: text.optional(),
})
export type SeenWorkerProcess = z.infer<typeof seenProcess>

export const workerRequestSchema = z.strictObject({
  number: count.describe('1, 2, 3 … in order of arrival'),
  path: text,
  requested_model: text.optional().describe('absent where the request names none'),
  about_model: text.optional().describe('named in a question about a model, such as /api/show, which asks none'),
  model_unread: z
    .literal(true)
    .optional()
    .describe(
      'asks a model, and which one could not be read: it names none or two, or its body is compressed or too long',
    ),
  response_model: text.optional().describe('the name in the answer: an echo'),
  options: z.record(text, z.union([z.number(), z.boolean(), text])).describe('as sent, such as temperature, num_ctx'),
  status: count.optional().describe('of HTTP; absent where the connection broke before'),
  outcome: z.enum(['answered', 'failed', 'cut', 'pending']),
  gateway: z.record(text, text).optional().describe('x-litellm-* headers of the answer'),
  processes: z
    .array(seenProcess)
    .describe('from the outer command down to the one that asked; empty where the system does not show them'),
})
export type WorkerRequest = z.infer<typeof workerRequestSchema>

export const workerExitSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('exited'), code: z.int() }),
  z.strictObject({ state: z.literal('signalled'), signal: text }),
  z.strictObject({ state: z.literal('timed-out'), seconds: z.number().positive() }),
  z.strictObject({ state: z.literal('not-started'), message: text }),
])
export type WorkerExit = z.infer<typeof workerExitSchema>
