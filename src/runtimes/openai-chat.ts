import type { APIError as ClientError, OpenAI } from 'openai'
import { type CallPlace, callWithin, slowAnswerAdvice } from './call-within.ts'
import { RuntimeFailure, StreamCut, UnexpectedResponse } from './failures.ts'
import { gatewayHeaders } from './gateway-headers.ts'
import { type CompletionChunk, mapDelta, mapFinishReason, mapRequest, mapTimings, mapUsage } from './openai-mapping.ts'
import { type JsonServer, readErrorObject } from './request-json.ts'
import type { ChatOptions, ChatRequest, ChatResult } from './runtime.ts'
import { failureFromStatus, failureFromStreamedError } from './status-failure.ts'
import { failureFromTransport, isAlive } from './transport-failure.ts'
import { type Watch, type WatchedFetch, watchFetch } from './watched-fetch.ts'

/**
 * Asks an OpenAI-like server and reads its streamed answer. `server.endpoint` is the base URL, usually ending in /v1;
 * `extra` holds fields that only this runtime knows. Rejects with one of the classes in failures.ts.
 */
export async function openaiChat(
  server: JsonServer,
  request: ChatRequest,
  options: ChatOptions,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<ChatResult> {
  const { server: name, endpoint, apiKey, fetch = globalThis.fetch } = server
  const place: CallPlace = { server: name, endpoint, tag: request.tag }
  const { client, watchOf, APIError } = await clientFor(endpoint, apiKey, fetch)
  return await callWithin(
    place,
    options,
    async (signal) => {
      const body = { ...mapRequest(request), ...extra }
      const { data: stream, response } = await client.chat.completions.create(body, { signal }).withResponse()
      const watch = watchOf(response)
      const result = await readStream(stream as AsyncIterable<CompletionChunk>, watch, place, options.onText)
      // The client ends its stream silently when it is aborted.
      signal.throwIfAborted()
      return finish(result, watch, place)
    },
    async (error) => {
      if (error instanceof RuntimeFailure) return error
      if (error instanceof APIError && error.status !== undefined) {
        return failureFromStatus(error.status, readErrorObject(error.error ?? error.message, apiKey), place)
      }
      if (error instanceof APIError && error.error !== undefined) {
        return failureFromStreamedError(readErrorObject(error.error, apiKey), place)
      }
      if (error instanceof SyntaxError) return notItsProtocol(place, 'a chunk is not JSON', error)
      return failureFromTransport(error, place, await isAlive(endpoint, fetch))
    },
    slowAnswerAdvice,
  )
}

interface Client extends Pick<WatchedFetch, 'watchOf'> {
  readonly client: OpenAI
  readonly APIError: typeof ClientError
}

/** By their fetch, then by endpoint and key: to make a client costs a tenth of a millisecond, too much for each answer. */
const clients = new WeakMap<typeof globalThis.fetch, Map<string, Client>>()

async function clientFor(
  endpoint: string,
  apiKey: string | undefined,
  fetch: typeof globalThis.fetch,
): Promise<Client> {
  const known = clients.get(fetch) ?? new Map<string, Client>()
  clients.set(fetch, known)
  const key = JSON.stringify([endpoint, apiKey])
  const client = known.get(key) ?? (await createClient(endpoint, apiKey, fetch))
  known.set(key, client)
  return client
}

async function createClient(
  endpoint: string,
  apiKey: string | undefined,
  fetch: typeof globalThis.fetch,
): Promise<Client> {
  const { default: Client, APIError } = await import('openai')
  const watched = watchFetch(fetch)
  const client = new Client({
    baseURL: endpoint,
    // The client insists on a key; where there is none, no header is sent.
    apiKey: apiKey ?? 'none',
    defaultHeaders: { ...withoutStrayHeaders(), Authorization: apiKey === undefined ? null : `Bearer ${apiKey}` },
    // These would come from the environment and go to whatever server is asked.
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: 2 ** 31 - 1, // callWithin keeps the deadline
    logLevel: 'off',
    fetch: watched.fetch,
    // A key goes to its own host only.
    fetchOptions: { redirect: 'manual' },
  })
  return { client, APIError, watchOf: watched.watchOf }
}

/** The client adds the headers in OPENAI_CUSTOM_HEADERS to every request to any server; here they are taken out. */
function withoutStrayHeaders(): Record<string, null> {
  const names = (process.env.OPENAI_CUSTOM_HEADERS ?? '').split('\n').map((line) => line.split(':')[0]?.trim() ?? '')
  return Object.fromEntries(
    names.filter((name) => name && name.toLowerCase() !== 'authorization').map((name) => [name, null]),
  )
}

interface Reading {
  text: string
  thinking: string
  response_model?: string
  finish_reason?: string
  usage?: NonNullable<CompletionChunk['usage']>
  timings?: NonNullable<CompletionChunk['timings']>
  first_content_ms?: number
  first_thinking_ms?: number
  readonly chunk_ms: number[]
}

async function readStream(
  stream: AsyncIterable<CompletionChunk>,
  watch: Watch,
  place: CallPlace,
  onText: ((text: string) => void) | undefined,
): Promise<Reading> {
  const reading: Reading = { text: '', thinking: '', chunk_ms: [] }
  for await (const chunk of stream) {
    const now_ms = performance.now() - watch.sent_ms
    if (typeof chunk !== 'object' || chunk === null) throw notItsProtocol(place, 'a chunk is not an object')
    const { content, thinking } = mapDelta(chunk)
    if (content) reading.first_content_ms ??= now_ms
    if (thinking) reading.first_thinking_ms ??= now_ms
    if (content || thinking) reading.chunk_ms.push(now_ms)
    reading.text += content
    reading.thinking += thinking
    if (chunk.model) reading.response_model ??= chunk.model
    const reason = chunk.choices?.[0]?.finish_reason
    if (reason) reading.finish_reason = reason
    if (chunk.usage) reading.usage = chunk.usage
    if (chunk.timings) reading.timings = chunk.timings
    if (content) onText?.(content)
  }
  return reading
}

function finish(reading: Reading, watch: Watch, place: CallPlace): ChatResult {
  const total_ms = performance.now() - watch.sent_ms
  const type = watch.headers.get('content-type')
  if (!watch.sawDone() && !type?.startsWith('text/event-stream')) {
    throw notItsProtocol(place, `an event stream was asked for, ${type || 'no content type'} came`)
  }
  if (reading.finish_reason === undefined || !watch.sawDone()) {
    const missing = reading.finish_reason === undefined ? 'a finish reason' : 'its end mark [DONE]'
    throw new StreamCut(
      `${place.server} at ${place.endpoint} ended its answer without ${missing}, after ${reading.text.length} characters. ` +
        'What came may be cut short, so it is not taken for an answer',
      { ...place, received_characters: reading.text.length },
    )
  }
  const { text, thinking, response_model, finish_reason, first_content_ms, first_thinking_ms, chunk_ms } = reading
  const gateway = gatewayHeaders(watch.headers)
  return {
    text,
    thinking,
    ...(response_model !== undefined && { response_model }),
    ...(gateway && { gateway }),
    finish_reason: mapFinishReason(finish_reason),
    usage: mapUsage(reading),
    server_timings: mapTimings(reading.timings),
    wire: {
      ...(first_content_ms !== undefined && { first_content_ms }),
      ...(first_thinking_ms !== undefined && { first_thinking_ms }),
      chunk_ms,
      total_ms,
    },
  }
}

function notItsProtocol(place: CallPlace, what: string, cause?: unknown): UnexpectedResponse {
  return new UnexpectedResponse(
    `${place.server} at ${place.endpoint} does not speak OpenAI's streamed chat completions: ${what}`,
    { ...place },
    { cause },
  )
}
