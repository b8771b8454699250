import { plainEndpoint } from './endpoint-url.ts'
import { ModelMissing } from './failures.ts'
import { mapListedModel, mapListing, readListedModels } from './listed-models.ts'
import { openaiChat } from './openai-chat.ts'
import { exchangeRaw } from './raw-exchange.ts'
import type { JsonServer } from './request-json.ts'
import type { CallOptions, Runtime } from './runtime.ts'

export interface OpenaiCompatibleOptions {
  /** Base URL, usually ending in /v1. */
  readonly endpoint: string
  readonly apiKey?: string
  readonly fetch?: typeof globalThis.fetch
}

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
  const listed = (call: CallOptions) => readListedModels(server, '/models', call)
  return {
    kind: 'openai-compatible',
    obeys_prefix_cache: false,
    refuses_unknown_tags: false,
    async health(call) {
      await listed(call)
      return { state: 'ready' }
    },
    async list(call) {
      return (await listed(call)).map(mapListing)
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
    send: (request, call) => exchangeRaw(server, request, call),
  }
}
