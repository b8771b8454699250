import type { ChatRequest, ServerTimings, TokenUsage } from './runtime.ts'

/** Pure translations between the contract (runtime.ts) and OpenAI's chat completions, with llama-server's additions. */

/** One streamed chunk, as far as servers fill it in. */
export interface CompletionChunk {
  readonly model?: string | null
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | null
      readonly reasoning_content?: string | null
      readonly reasoning?: string | null
    } | null
    readonly finish_reason?: string | null
  }[]
  readonly usage?: {
    readonly prompt_tokens?: number
    readonly completion_tokens?: number
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null
  } | null
  readonly timings?: {
    readonly cache_n?: number
    readonly prompt_n?: number
    readonly prompt_ms?: number
    readonly predicted_n?: number
    readonly predicted_ms?: number
  }
}

/** The request's body: only fields that OpenAI's own API knows; a runtime's own fields come from its adapter. */
export function mapRequest(request: ChatRequest) {
  return {
    model: request.tag,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    temperature: request.temperature,
    seed: request.seed,
    max_tokens: request.max_output_tokens,
    stream: true as const,
    stream_options: { include_usage: true },
    ...(request.schema && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'answer', strict: true, schema: request.schema },
      },
    }),
  }
}

/** Token counts of the last chunks; a count that neither `usage` nor `timings` gives stays absent. */
export function mapUsage({ usage, timings }: Pick<CompletionChunk, 'usage' | 'timings'>): TokenUsage {
  const prompt_tokens = usage?.prompt_tokens ?? sum(timings?.prompt_n, timings?.cache_n)
  const cached_prompt_tokens = usage?.prompt_tokens_details?.cached_tokens ?? timings?.cache_n
  const output_tokens = usage?.completion_tokens ?? timings?.predicted_n
  return {
    ...(prompt_tokens !== undefined && { prompt_tokens }),
    ...(cached_prompt_tokens !== undefined && { cached_prompt_tokens }),
    ...(output_tokens !== undefined && { output_tokens }),
  }
}

/** Durations that llama-server, and the embedded engine like it, adds to the last chunk. */
export function mapTimings(timings: CompletionChunk['timings']): ServerTimings {
  return {
    ...(timings?.prompt_ms !== undefined && { prompt_ms: timings.prompt_ms }),
    ...(timings?.predicted_ms !== undefined && { generation_ms: timings.predicted_ms }),
  }
}

/** Why the generation ended; what is neither a natural end nor the length limit is `other`. */
export function mapFinishReason(reason: string): 'stop' | 'length' | 'other' {
  return reason === 'stop' || reason === 'length' ? reason : 'other'
}

/** Content and thinking of a chunk; DeepSeek and llama-server write reasoning_content, Ollama and others reasoning. */
export function mapDelta(chunk: CompletionChunk): { content: string; thinking: string } {
  const delta = chunk.choices?.[0]?.delta
  return { content: delta?.content ?? '', thinking: delta?.reasoning_content ?? delta?.reasoning ?? '' }
}

const sum = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one + other
