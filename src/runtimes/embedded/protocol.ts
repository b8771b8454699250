import { z } from 'zod'

/**
 * What passes between supervisor, engine and adapter beside OpenAI's own paths: the start line on stdin, the ready
 * line on stdout, and the bodies of /bench/load, /bench/unload and /bench/describe.
 */

/** A tag that the engine serves, and the file behind it. */
export const engineModelSchema = z.strictObject({ tag: z.string().min(1), path: z.string().min(1) })
export type EngineModel = z.infer<typeof engineModelSchema>

/** First line on the engine's stdin. The token goes here because arguments and environments are visible to others. */
export const startLineSchema = z.strictObject({
  token: z.string().min(16),
  models: z.array(engineModelSchema),
  threads: z.int().min(1),
  /** Port to listen on where it is free, such as the one of an engine before; 0: any. */
  port: z.int().min(0).default(0),
})
export type StartLine = z.input<typeof startLineSchema>

/** The one line on the engine's stdout. */
export const readyLineSchema = z.strictObject({ port: z.int(), server_build: z.string() })

/** Body of POST /bench/load. */
export const loadBodySchema = z.strictObject({
  model: z.string().min(1),
  context: z.int().min(1).optional(),
})
/** Body of POST /bench/unload. */
export const unloadBodySchema = z.strictObject({ model: z.string().min(1) })

/** Answer of POST /bench/load; `total_ms` includes the wait for requests that came earlier. */
export const loadAnswerSchema = z.object({ loaded_now: z.boolean(), total_ms: z.number() })

/** Answer of GET /bench/describe?model=…: what the engine knows; fields after `path` only while the model is loaded. */
export const describeAnswerSchema = z.object({
  tag: z.string(),
  path: z.string(),
  pid: z.int(),
  server_build: z.string(),
  load_id: z.string().optional(),
  architecture: z.string().optional(),
  parameters: z.string().optional(),
  quantization: z.string().optional(),
  context_trained: z.int().optional(),
  context_configured: z.int().optional(),
  context_in_force: z.int().optional(),
  template_sha256: z.string().optional(),
  chat_wrapper: z.string().optional(),
})
export type DescribeAnswer = z.infer<typeof describeAnswerSchema>

/** The part of OpenAI's chat completion request that the engine takes, with llama-server's `cache_prompt`. */
export const completionBodySchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(1),
  stream: z.boolean().default(false),
  temperature: z.number().min(0).max(2).default(0),
  seed: z.int().min(0).default(0),
  max_tokens: z.int().min(1).optional(),
  cache_prompt: z.boolean().default(true),
  /** Context to load the model with where it is not loaded with it already; not an OpenAI field. */
  context: z.int().min(1).optional(),
  /** Whether the model may think; not an OpenAI field. */
  think: z.boolean().default(false),
  response_format: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('text') }),
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }),
      }),
    ])
    .optional(),
})
export type CompletionBody = z.infer<typeof completionBodySchema>
