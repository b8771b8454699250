import { z } from 'zod'

/** What Ollama's API answers, as far as this project reads it. Fields that a server leaves out stay absent. */

export const versionSchema = z.object({ version: z.string() })

const details = z.object({
  family: z.string().optional(),
  parameter_size: z.string().optional(),
  quantization_level: z.string().optional(),
  /** What the model was trained for; of /api/tags. */
  context_length: z.int().positive().optional().catch(undefined),
})

export const tagsSchema = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      size: z.number().optional(),
      digest: z.string().optional(),
      modified_at: z.string().optional().catch(undefined),
      details: details.nullish().catch(undefined),
      capabilities: z.array(z.string()).nullish(),
      remote_model: z.string().optional(),
      remote_host: z.string().optional(),
    }),
  ),
})
export type ListedModel = z.infer<typeof tagsSchema>['models'][number]

export const runningSchema = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      /** sha256 of the manifest of the tag that loaded the runner, as it was then. */
      digest: z.string().optional(),
      size: z.number().optional(),
      size_vram: z.number().optional(),
      context_length: z.int().optional(),
    }),
  ),
})
export type RunningModel = z.infer<typeof runningSchema>['models'][number]

export const showSchema = z.object({
  modelfile: z.string().optional(),
  /** One `name   value` a line, in random order. */
  parameters: z.string().optional(),
  template: z.string().optional(),
  system: z.string().optional(),
  renderer: z.string().optional(),
  parser: z.string().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).nullish(),
  details: details.optional(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
  capabilities: z.array(z.string()).nullish(),
  remote_model: z.string().optional(),
  remote_host: z.string().optional(),
})
export type ShownModel = z.infer<typeof showSchema>

/** The one line of an answer to an empty chat: `done_reason` is `load` or `unload`. */
export const emptyChatSchema = z.object({ done: z.literal(true), done_reason: z.string().optional() })

/** One line of a streamed chat; the counts and durations (nanoseconds) are on the last. Zero is left out. */
export interface ChatLine {
  readonly model?: string
  readonly message?: { readonly content?: string; readonly thinking?: string }
  readonly done?: boolean
  readonly done_reason?: string
  readonly prompt_eval_count?: number
  readonly prompt_eval_duration?: number
  readonly eval_count?: number
  readonly eval_duration?: number
}
