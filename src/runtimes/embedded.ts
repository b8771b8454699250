import { z } from 'zod'
import { type DescribeAnswer, describeAnswerSchema, loadAnswerSchema } from './embedded/protocol.ts'
import { plainEndpoint } from './endpoint-url.ts'
import { shardsOf } from './llama-server-props.ts'
import { openaiChat } from './openai-chat.ts'
import { exchangeRaw } from './raw-exchange.ts'
import { type JsonServer, requestJson } from './request-json.ts'
import type { LoadFacts, ModelDescription, Runtime } from './runtime.ts'

export interface EmbeddedRuntimeOptions {
  /** The engine's base URL, without /v1, as the supervisor gives it. */
  readonly endpoint: string
  readonly token: string
  readonly fetch?: typeof globalThis.fetch
}

const healthSchema = z.object({ status: z.literal('ok') })
const modelsSchema = z.object({ data: z.array(z.object({ id: z.string(), loaded: z.boolean() })) })

/** The embedded engine, spoken to like any other server. It is started by embedded/supervisor.ts. */
export function createEmbeddedRuntime(options: EmbeddedRuntimeOptions): Runtime {
  const server: JsonServer = {
    server: 'the embedded engine',
    endpoint: plainEndpoint(options.endpoint),
    apiKey: options.token,
    ...(options.fetch && { fetch: options.fetch }),
  }
  return {
    kind: 'embedded',
    obeys_prefix_cache: true,
    refuses_unknown_tags: true,
    async health(call) {
      await requestJson(server, '/health', healthSchema, call)
      return { state: 'ready' }
    },
    async list(call) {
      const { data } = await requestJson(server, '/v1/models', modelsSchema, call)
      return data.map(({ id, loaded }) => ({ tag: id, loaded }))
    },
    async describe(tag, call) {
      const path = `/bench/describe?model=${encodeURIComponent(tag)}`
      return mapDescription(await requestJson({ ...server, tag }, path, describeAnswerSchema, call))
    },
    async load({ tag, context }, call) {
      const body = { model: tag, ...(context !== undefined && { context }) }
      return await requestJson({ ...server, tag }, '/bench/load', loadAnswerSchema, { ...call, body })
    },
    async loadFacts(tag, call) {
      const path = `/bench/describe?model=${encodeURIComponent(tag)}`
      return mapLoadFacts(await requestJson({ ...server, tag }, path, describeAnswerSchema, call))
    },
    async chat(request, call) {
      return await openaiChat({ ...server, endpoint: `${server.endpoint}/v1` }, request, call, {
        cache_prompt: request.prefix_cache,
        think: request.think,
        ...(request.context !== undefined && { context: request.context }),
      })
    },
    async unload(tag, call) {
      await requestJson({ ...server, tag }, '/bench/unload', z.object({}), { ...call, body: { model: tag } })
    },
    send: (request, call) => exchangeRaw(server, request, call),
  }
}

/** The engine has one sequence and no GPU; its context, where none is asked for, is known once it is loaded. */
function mapLoadFacts({ path, load_id, context_configured }: DescribeAnswer): LoadFacts {
  return {
    loaded: load_id !== undefined,
    files: shardsOf(path),
    sequences: 1,
    processor_only: true,
    ...(context_configured !== undefined && { context: context_configured }),
  }
}

/** The engine's answer in the contract's words. The file counts as loaded only while the model is in memory, never a GPU's. */
export function mapDescription(answer: DescribeAnswer): ModelDescription {
  const { tag, path, pid, server_build, chat_wrapper: _, ...known } = answer
  const loaded = answer.load_id !== undefined
  return JSON.parse(
    JSON.stringify({
      tag,
      ...(loaded && { weights_files: [path], serving_pid: pid, loaded_gpu_bytes: 0 }),
      server_build,
      ...known,
    }),
  ) as ModelDescription
}
