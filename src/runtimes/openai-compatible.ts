import { z } from 'zod'
import { plainEndpoint } from './endpoint-url.ts'
import { ModelMissing } from './failures.ts'
import { openaiChat } from './openai-chat.ts'
import { type JsonServer, requestJson } from './request-json.ts'
import type { CallOptions, ModelDescription, Runtime } from './runtime.ts'

export interface OpenaiCompatibleOptions {
  /** Base URL, usually ending in /v1. */
  readonly endpoint: string
  readonly apiKey?: string
  readonly fetch?: typeof globalThis.fetch
}

const listedModelSchema = z.object({
  id: z.string(),
  max_model_len: z.int().positive().nullish().catch(undefined),
  meta: z
    .object({
      n_ctx: z.int().positive().nullish().catch(undefined),
      n_ctx_train: z.int().positive().nullish().catch(undefined),
      n_params: z.number().positive().nullish().catch(undefined),
      size: z.number().positive().nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
})
type ListedModel = z.infer<typeof listedModelSchema>
const modelsSchema = z.object({ data: z.array(listedModelSchema) })

/**
 * Any server that speaks OpenAI's chat completions. It is only asked for what all of them have, so a description
 * says what /models says, and load sends nothing.
 */
export function createOpenaiCompatibleRuntime(options: OpenaiCompatibleOptions): Runtime {
  const server: JsonServer = {
    server: 'the OpenAI-compatible server',
    endpoint: plainEndpoint(options.endpoint),
    ...(options.apiKey !== undefined && { apiKey: options.apiKey }),
    ...(options.fetch && { fetch: options.fetch }),
  }
  const listed = async (call: CallOptions) => (await requestJson(server, '/models', modelsSchema, call)).data
  return {
    kind: 'openai-compatible',
    obeys_prefix_cache: false,
    async health(call) {
      await listed(call)
      return { state: 'ready' }
    },
    async list(call) {
      return (await listed(call)).map(({ id, meta }) => ({ tag: id, ...(meta?.size && { size_bytes: meta.size }) }))
    },
    async describe(tag, call) {
      const models = await listed(call)
      const model = models.find(({ id }) => id === tag)
      if (model) return mapListedModel(model)
      const names = models.slice(0, 10).map(({ id }) => id)
      throw new ModelMissing(
        `${server.server} at ${server.endpoint} does not list a model '${tag}'. ` +
          `It lists ${models.length}: ${names.join(', ')}${models.length > 10 ? ', …' : ''}. Check the lane's model`,
        { endpoint: server.endpoint, tag },
      )
    },
    async load() {
      return { loaded_now: false, total_ms: 0 }
    },
    async chat(request, call) {
      return await openaiChat(server, request, call)
    },
    async unload() {},
  }
}

/** What a /models entry declares: vLLM gives max_model_len, llama-server a `meta` object, most others nothing. */
export function mapListedModel({ id, max_model_len, meta }: ListedModel): ModelDescription {
  const context = meta?.n_ctx ?? max_model_len
  return {
    tag: id,
    ...(meta?.n_params && { parameters: String(meta.n_params) }),
    ...(meta?.n_ctx_train && { context_trained: meta.n_ctx_train }),
    ...(context && { context_in_force: context }),
  }
}
