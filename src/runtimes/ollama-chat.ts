import type { ChatRequest as OllamaChatRequest } from 'ollama'
import { type CallPlace, callWithin, slowAnswerAdvice } from './call-within.ts'
import { RuntimeFailure } from './failures.ts'
import { OllamaAnswer } from './ollama-answer.ts'
import { failureFromOllama } from './ollama-failure.ts'
import { mapChatRequest } from './ollama-mapping.ts'
import type { ChatLine } from './ollama-protocol.ts'
import type { JsonServer } from './request-json.ts'
import type { ChatOptions, ChatRequest, ChatResult } from './runtime.ts'
import { failureFromTransport, isAlive } from './transport-failure.ts'

/**
 * Asks Ollama's /api/chat through its own client and reads the streamed answer. The client swallows lines that are no
 * JSON, prints to the console, and turns every error into a bare Error, so status and lines are looked at on their way in.
 * Rejects with one of the classes in failures.ts.
 */
export async function ollamaChat(
  server: JsonServer,
  request: ChatRequest,
  thinks: boolean,
  options: ChatOptions,
): Promise<ChatResult> {
  const { Ollama } = await import('ollama')
  const { server: name, endpoint, apiKey, fetch = globalThis.fetch } = server
  const place: CallPlace = { server: name, endpoint, tag: request.tag }
  return await callWithin(
    place,
    options,
    async (signal) => {
      const answer = new OllamaAnswer(place, apiKey, options.onText)
      const client = new Ollama({
        host: endpoint,
        fetch: async (input, init) => {
          const headers = new Headers(init?.headers)
          // The client adds a key from the environment for one host; only the configured one may go out.
          headers.delete('authorization')
          if (apiKey !== undefined) headers.set('authorization', `Bearer ${apiKey}`)
          answer.begin()
          // A key goes to its own host only.
          const response = await fetch(input, { ...init, headers, signal, redirect: 'manual' })
          if (!response.ok) throw failureFromOllama(response.status, await response.text(), place, apiKey)
          return answer.watch(response)
        },
      })
      // The client's types do not know `truncate` and `shift`; it sends what it is given.
      const body: OllamaChatRequest & { stream: true } = mapChatRequest(request, thinks)
      for await (const line of await client.chat(body)) answer.take(line as ChatLine)
      signal.throwIfAborted()
      return answer.result()
    },
    async (error) =>
      error instanceof RuntimeFailure ? error : failureFromTransport(error, place, await isAlive(endpoint, fetch)),
    slowAnswerAdvice,
  )
}
