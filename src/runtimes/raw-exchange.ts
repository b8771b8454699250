import { type CallPlace, callWithin, slowAnswerAdvice } from './call-within.ts'
import { RuntimeFailure } from './failures.ts'
import { type JsonServer, readErrorObject } from './request-json.ts'
import type { CallOptions } from './runtime.ts'
import { failureFromStatus } from './status-failure.ts'
import { failureFromTransport, isAlive } from './transport-failure.ts'

/** One request in the server's own words: any endpoint, streamed or not. */
export interface RawRequest {
  /** What is asked for, as in the body. */
  readonly tag: string
  /** From the root of the server, or of its API where that is its endpoint. */
  readonly path: string
  readonly body: object
}

/** What came back with status 200, as it came. */
export interface RawAnswer {
  /** Empty where the server gave none. */
  readonly content_type: string
  /** Text of every read from the network, and when it came, counted from the request. */
  readonly reads: readonly { readonly text: string; readonly at_ms: number }[]
  readonly total_ms: number
}

/** Sends one request and keeps the reads of its answer apart. Rejects with one of the classes in failures.ts. */
export async function exchangeRaw(server: JsonServer, request: RawRequest, options: CallOptions): Promise<RawAnswer> {
  const { endpoint, apiKey, fetch = globalThis.fetch } = server
  const place: CallPlace = { server: server.server, endpoint, tag: request.tag }
  return await callWithin(
    place,
    options,
    async (signal) => {
      const sent = performance.now()
      const response = await fetch(`${endpoint}${request.path}`, {
        method: 'POST',
        // A key goes to its own host only.
        redirect: 'manual',
        signal,
        headers: { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
        body: JSON.stringify(request.body),
      })
      if (!response.ok) throw failureFromStatus(response.status, readErrorObject(await response.text(), apiKey), place)
      const reads = await readAll(response, sent)
      return {
        content_type: response.headers.get('content-type') ?? '',
        reads,
        total_ms: performance.now() - sent,
      }
    },
    async (error) =>
      error instanceof RuntimeFailure ? error : failureFromTransport(error, place, await isAlive(endpoint, fetch)),
    slowAnswerAdvice,
  )
}

async function readAll(response: Response, sent: number): Promise<RawAnswer['reads']> {
  const decoder = new TextDecoder()
  const reads: { text: string; at_ms: number }[] = []
  if (!response.body) return reads
  for await (const bytes of response.body) {
    reads.push({ text: decoder.decode(bytes, { stream: true }), at_ms: performance.now() - sent })
  }
  return reads
}
