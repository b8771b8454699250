import { callWithin } from './call-within.ts'
import { withoutV1 } from './endpoint-url.ts'
import { asRuntimeFailure, ModelLoading } from './failures.ts'
import { type ListedModel, mapListing, readListedModels } from './listed-models.ts'
import {
  type Adapter,
  adaptersSchema,
  healthSchema,
  mapLoadFacts,
  mapProps,
  type Props,
  propsSchema,
  slotsSchema,
} from './llama-server-props.ts'
import { openaiChat } from './openai-chat.ts'
import { exchangeRaw } from './raw-exchange.ts'
import { type JsonServer, requestJson } from './request-json.ts'
import type { CallOptions, ModelDescription, Runtime } from './runtime.ts'
import type { FindServingProcess } from './serving-process.ts'

export interface LlamaServerOptions {
  /** Base URL, with or without /v1. */
  readonly endpoint: string
  readonly apiKey?: string
  readonly fetch?: typeof globalThis.fetch
  readonly findServer?: FindServingProcess
}

/** --sleep-idle-seconds counts whole seconds. */
const awakeAfterAnswer_ms = 500
const lookAgainAfter_ms = 50

/**
 * llama.cpp's server (MIT), seen with v0.4.0. It serves the one model that it was started with and answers any name, so
 * a description says what it serves, whatever was asked for. It hashes nothing and tells no path of a multimodal
 * projector. Its context is set when it starts.
 */
export function createLlamaServerRuntime(options: LlamaServerOptions): Runtime {
  const server: JsonServer = {
    server: 'llama-server',
    endpoint: withoutV1(options.endpoint),
    ...(options.apiKey !== undefined && { apiKey: options.apiKey }),
    ...(options.fetch && { fetch: options.fetch }),
  }
  let template: string | undefined
  /** By performance.now(). */
  let awakeUntil_ms = 0
  const readProps = async (call: CallOptions): Promise<Props> => {
    const props = await requestJson(server, '/props', propsSchema, call)
    template = props.chat_template ?? ''
    return props
  }
  const readAdapters = (call: CallOptions): Promise<Adapter[]> =>
    requestJson(server, '/lora-adapters', adaptersSchema, call)
  /** Sizes of the loaded file, read anew where the server, its process or its file is another one. */
  let lastModels: { readonly props: Props; readonly process: string; readonly models: ListedModel[] } | undefined
  const modelsOf = async (props: Props, process: string | undefined, call: CallOptions): Promise<ListedModel[]> => {
    // Another server, unseen, may say the same of itself, and hold a file of another size under that path.
    if (process === undefined) return await readListedModels(server, '/v1/models', call)
    if (lastModels?.props !== props || lastModels.process !== process)
      lastModels = { props, process, models: await readListedModels(server, '/v1/models', call) }
    return lastModels.models
  }
  /** The same answers of the same process make the same description. */
  let last: { readonly of: readonly unknown[]; readonly description: ModelDescription } | undefined
  const isReady = async (call: CallOptions): Promise<boolean> => {
    try {
      await requestJson(server, '/health', healthSchema, call)
      return true
    } catch (error) {
      if (error instanceof ModelLoading) return false
      throw error
    }
  }
  /** A slot that never had a task shows none. Servers may keep their slots to themselves: then it is not known. */
  const isUnused = async (call: CallOptions): Promise<boolean> => {
    const slots = await requestJson(server, '/slots', slotsSchema, call).catch(() => undefined)
    call.signal?.throwIfAborted()
    return slots?.every(({ id_task }) => id_task === undefined) ?? false
  }
  return {
    kind: 'llama-server',
    obeys_prefix_cache: true,
    refuses_unknown_tags: false,
    async health(call) {
      if (!(await isReady(call))) return { state: 'loading' }
      const { build_info } = await readProps(call)
      return { state: 'ready', ...(build_info && { version: build_info }) }
    },
    async list(call) {
      const models = await readListedModels(server, '/v1/models', call)
      return models.flatMap((model) => {
        const listing = { ...mapListing(model), loaded: true }
        return [...new Set([model.id, ...(model.aliases ?? [])])].map((tag) => ({ ...listing, tag }))
      })
    },
    async describe(tag, call) {
      // Who listens is looked up first: where that is another process, the questions go to it.
      const serving = await options.findServer?.()
      // Asking a sleeping server for its adapters would wake it; one that has just answered is awake.
      const early = performance.now() < awakeUntil_ms ? readAdapters(call) : undefined
      early?.catch(() => undefined) // awaited below, or not needed
      const props = await readProps(call)
      const process = serving && JSON.stringify(serving)
      const models = await modelsOf(props, process, call)
      const adapters = props.is_sleeping || props.role === 'router' ? [] : await (early ?? readAdapters(call))
      const of = [tag, props, process, models, adapters]
      if (!last?.of.every((each, index) => each === of[index]))
        last = { of, description: mapProps(tag, { endpoint: server.endpoint, props, models, adapters, serving }) }
      return last.description
    },
    async load({ tag }, call) {
      const started = performance.now()
      const place = { server: server.server, endpoint: server.endpoint, tag }
      return await callWithin(
        place,
        call,
        async (signal) => {
          const within = { ...call, signal }
          while (!(await isReady(within))) await new Promise((resolve) => setTimeout(resolve, lookAgainAfter_ms))
          const asleep = (await readProps(within)).is_sleeping === true
          if (asleep) await readAdapters(within)
          const unused = asleep || (await isUnused(within))
          return { loaded_now: asleep, unused, total_ms: performance.now() - started }
        },
        async (error) => asRuntimeFailure(error, place),
      )
    },
    async loadFacts(_tag, call) {
      const [props, serving] = await Promise.all([readProps(call), options.findServer?.()])
      return mapLoadFacts({ endpoint: server.endpoint, props, serving })
    },
    async chat(request, call) {
      const started = performance.now()
      if (template === undefined) await readProps(call)
      const deadline_ms = Math.round(call.deadline_ms - (performance.now() - started))
      const result = await openaiChat(
        { ...server, endpoint: `${server.endpoint}/v1` },
        request,
        { ...call, deadline_ms },
        {
          cache_prompt: request.prefix_cache,
          // Templates that know the word think by default.
          ...(template?.includes('enable_thinking') && { chat_template_kwargs: { enable_thinking: request.think } }),
        },
      )
      awakeUntil_ms = performance.now() + awakeAfterAnswer_ms
      return result
    },
    async unload() {},
    send: (request, call) => exchangeRaw(server, request, call),
  }
}
