import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { withoutV1 } from './endpoint-url.ts'
import { ModelMissing, RunnerDied, RuntimeFailure } from './failures.ts'
import { type ListedModel, mapListedModel, mapListing, readListedModels } from './listed-models.ts'
import { openaiChat } from './openai-chat.ts'
import { exchangeRaw } from './raw-exchange.ts'
import { filesAsSeenFrom } from './remote-files.ts'
import { type JsonServer, requestJson, requestText } from './request-json.ts'
import type { CallOptions, ModelDescription, Runtime } from './runtime.ts'
import type { FindServingProcess } from './serving-process.ts'

export interface VllmOptions {
  /** Base URL, with or without /v1. */
  readonly endpoint: string
  readonly apiKey?: string
  readonly fetch?: typeof globalThis.fetch
  readonly findServer?: FindServingProcess
}

const versionSchema = z.object({ version: z.string() })

/**
 * vLLM's OpenAI-compatible server. Unverified: written from its documentation and source, never run against a real one.
 * It loads its weights before it listens, so there is no loading state. All served names of one model are listed, a
 * response names the first of them. It tells the folder or hub name of the weights, not their files or hash.
 */
export function createVllmRuntime(options: VllmOptions): Runtime {
  const server: JsonServer = {
    server: 'vLLM',
    endpoint: withoutV1(options.endpoint),
    ...(options.apiKey !== undefined && { apiKey: options.apiKey }),
    ...(options.fetch && { fetch: options.fetch }),
  }
  const listed = (call: CallOptions) => readListedModels(server, '/v1/models', call)
  const readVersion = async (call: CallOptions) => (await requestJson(server, '/version', versionSchema, call)).version
  return {
    kind: 'vllm',
    obeys_prefix_cache: true,
    refuses_unknown_tags: true,
    async health(call) {
      try {
        await requestText(server, '/health', call)
      } catch (error) {
        throw explainHealth(error, server)
      }
      return { state: 'ready', version: await readVersion(call) }
    },
    async list(call) {
      return (await listed(call)).map((model) => ({ ...mapListing(model), loaded: true }))
    },
    async describe(tag, call) {
      // First: where another process listens now, the questions go to it.
      const serving = await options.findServer?.()
      const [models, version] = await Promise.all([listed(call), readVersion(call)])
      const description = mapVllmModel(tag, models, server.endpoint)
      if (!description) {
        throw new ModelMissing(
          `vLLM at ${server.endpoint} does not serve a model '${tag}'. ` +
            `It serves ${models.map(({ id }) => id).join(', ') || 'none'}. Check the lane's model`,
          { endpoint: server.endpoint, tag },
        )
      }
      return {
        ...description,
        ...(serving && { load_id: `process ${serving.pid} started ${serving.started_at}` }),
        server_build: version,
      }
    },
    async load() {
      return { loaded_now: false, total_ms: 0 }
    },
    async chat(request, call) {
      return await openaiChat({ ...server, endpoint: `${server.endpoint}/v1` }, request, call, {
        // Prefixes are shared between requests of the same salt only (docs/design/prefix_caching.md, engine V1).
        ...(!request.prefix_cache && { cache_salt: randomUUID() }),
        ...(request.think && { chat_template_kwargs: { enable_thinking: true } }),
      })
    },
    async unload() {},
    send: (request, call) => exchangeRaw(server, request, call),
  }
}

/**
 * What /v1/models says of a served name; undefined where it is not served. `weights_files` holds what vLLM was told to
 * load, a folder or a hub's name: it can be compared, not hashed. An adapter stands after the model it belongs to. Pure.
 */
export function mapVllmModel(
  tag: string,
  models: readonly ListedModel[],
  endpoint: string,
): ModelDescription | undefined {
  const model = models.find(({ id }) => id === tag)
  if (!model) return undefined
  const base = models.find(({ id }) => id === model.parent)
  const files = [base?.root, model.root].filter((root) => root != null)
  return {
    ...mapListedModel({ ...model, max_model_len: model.max_model_len ?? base?.max_model_len }),
    // An adapter alone does not say what it is applied to.
    ...(files.length > 0 && (!model.parent || base?.root) && { weights_files: filesAsSeenFrom(endpoint, files) }),
  }
}

/** /health has no body: 503 says that the engine behind the server is dead. */
function explainHealth(error: unknown, { endpoint }: JsonServer): unknown {
  if (!(error instanceof RuntimeFailure) || error.facts.status !== 503) return error
  return new RunnerDied(
    `vLLM at ${endpoint} says that its engine is dead or draining (503). Look into its log and start it anew`,
    error.facts,
    { cause: error },
  )
}
