import { withoutV1 } from './endpoint-url.ts'
import { ModelMissing, UnexpectedResponse } from './failures.ts'
import { instanceSchema, mapV0, mapV1, type StudioModel, servedBy, v0Schema, v1Schema } from './lm-studio-models.ts'
import { openaiChat } from './openai-chat.ts'
import { exchangeRaw } from './raw-exchange.ts'
import { type JsonServer, requestJson } from './request-json.ts'
import type { CallOptions, ModelDescription, Runtime } from './runtime.ts'

export interface LmStudioOptions {
  /** Base URL, with or without /v1. */
  readonly endpoint: string
  readonly apiKey?: string
  readonly fetch?: typeof globalThis.fetch
}

interface Listed {
  readonly models: readonly StudioModel[]
  /** False before LM Studio 0.4, which has no way to load and unload. */
  readonly loads: boolean
}

/**
 * LM Studio's server. Unverified: written from its documentation and reports about it, never run against a real one. It
 * tells no file of the weights, so nothing above a name is ever proven. Where one model is loaded it answers any
 * name that it does not know with that one; a prompt over the context is reported to end in an empty answer at times.
 */
export function createLmStudioRuntime(options: LmStudioOptions): Runtime {
  const server: JsonServer = {
    server: 'LM Studio',
    endpoint: withoutV1(options.endpoint),
    ...(options.apiKey !== undefined && { apiKey: options.apiKey }),
    ...(options.fetch && { fetch: options.fetch }),
  }
  const readModels = async (call: CallOptions): Promise<Listed> => {
    try {
      return { models: mapV1(await requestJson(server, '/api/v1/models', v1Schema, call)), loads: true }
    } catch (error) {
      // Versions that do not know the path answer 404, or 200 with an error object.
      if (!(error instanceof UnexpectedResponse)) throw error
      return { models: mapV0(await requestJson(server, '/api/v0/models', v0Schema, call)), loads: false }
    }
  }
  const missing = (tag: string, models: readonly StudioModel[]) =>
    new ModelMissing(
      `LM Studio at ${server.endpoint} has no model '${tag}'. ` +
        `It has ${models.map(({ id }) => id).join(', ') || 'none'}. Check the lane's model, or download it there`,
      { endpoint: server.endpoint, tag },
    )
  const chat: Runtime['chat'] = (request, call) =>
    openaiChat({ ...server, endpoint: `${server.endpoint}/v1` }, request, call)
  return {
    kind: 'lm-studio',
    obeys_prefix_cache: false,
    refuses_unknown_tags: false,
    async health(call) {
      await readModels(call)
      return { state: 'ready' }
    },
    async list(call) {
      const { models } = await readModels(call)
      return models.flatMap(({ id, size_bytes, chats, instances, quantization, parameters, context_trained }) =>
        [...new Set([id, ...instances.map((instance) => instance.id)])].map((tag) => ({
          tag,
          ...(parameters !== undefined && { parameters }),
          ...(quantization !== undefined && { quantization }),
          ...(context_trained !== undefined && { context_trained }),
          ...(size_bytes !== undefined && { size_bytes }),
          loaded: instances.length > 0,
          ...(!chats && { chats }),
        })),
      )
    },
    async describe(tag, call): Promise<ModelDescription> {
      const { models } = await readModels(call)
      const served = servedBy(tag, models)
      if (!served) throw missing(tag, models)
      return served
    },
    async load({ tag, context }, call) {
      const started = performance.now()
      const { models, loads } = await readModels(call)
      const model = models.find(({ id }) => id === tag)
      if (!model && !servedBy(tag, models)) throw missing(tag, models)
      if (!model || model.instances.length > 0) return { loaded_now: false, total_ms: performance.now() - started }
      if (loads) {
        const body = { model: tag, ...(context !== undefined && { context_length: context }) }
        await requestJson({ ...server, tag }, '/api/v1/models/load', instanceSchema, { ...call, body })
      } else {
        // Older versions load a model when it is first asked.
        const messages = [{ role: 'user' as const, content: 'Hello' }]
        const question = { tag, messages, temperature: 0, seed: 0, max_output_tokens: 1 }
        await chat({ ...question, think: false, prefix_cache: true }, call)
      }
      return { loaded_now: true, total_ms: performance.now() - started }
    },
    chat,
    async unload(tag, call) {
      const { models, loads } = await readModels(call)
      if (!loads) return
      const instances = models.flatMap((model) => model.instances.filter(({ id }) => tag === model.id || tag === id))
      for (const { id } of instances) {
        const body = { instance_id: id }
        await requestJson({ ...server, tag }, '/api/v1/models/unload', instanceSchema, { ...call, body })
      }
    },
    send: (request, call) => exchangeRaw(server, request, call),
  }
}
