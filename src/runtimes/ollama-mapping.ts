import type { ChatLine } from './ollama-protocol.ts'
import type { ChatRequest, LoadRequest, ServerTimings, TokenUsage } from './runtime.ts'

/** Pure translations between the contract (runtime.ts) and Ollama's own API. */

/**
 * What decides which runner Ollama takes: where load and chat differ in it, the weights are loaded anew.
 * `truncate: false` makes a prompt that is too long an error (it is a quiet 200 otherwise, seen on 0.31.0), and
 * `shift: false` keeps the server from dropping the middle of the context while it answers.
 */
export function mapRunner({ tag, context, keep_alive }: LoadRequest) {
  return {
    model: tag,
    truncate: false,
    shift: false,
    ...(keep_alive !== undefined && { keep_alive: mapKeepAlive(keep_alive) }),
    ...(context !== undefined && { options: { num_ctx: context } }),
  }
}

/** The request of a load: a chat without messages. A keep_alive of nothing would unload instead, so it waits for the chat. */
export function mapLoadRequest({ keep_alive, ...request }: LoadRequest) {
  const keep = keep_alive !== undefined && /[1-9]/.test(keep_alive)
  return { ...mapRunner({ ...request, ...(keep && { keep_alive }) }), messages: [], stream: false as const }
}

/** The body of a chat. `thinks`: whether the model has that capability; Ollama refuses `think` where it has not. */
export function mapChatRequest(request: ChatRequest, thinks: boolean) {
  const { options, ...runner } = mapRunner(request)
  return {
    ...runner,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    stream: true as const,
    ...(request.schema && { format: request.schema }),
    ...(thinks && { think: request.think }),
    options: {
      ...options,
      temperature: request.temperature,
      seed: request.seed,
      num_predict: request.max_output_tokens,
    },
  }
}

/** Ollama takes a bare number only as a number (seconds; negative: for ever), anything else as a Go duration. */
export function mapKeepAlive(keep_alive: string): string | number {
  return /^-?\d+(\.\d+)?$/.test(keep_alive) ? Number(keep_alive) : keep_alive
}

/**
 * Token counts of the last line. `prompt_eval_count` holds cached tokens too (it is llama.cpp's cache_n + prompt_n), and
 * Ollama does not say how many these are, so `cached_prompt_tokens` stays absent.
 */
export function mapUsage({ prompt_eval_count, eval_count }: ChatLine): TokenUsage {
  return {
    ...(prompt_eval_count !== undefined && { prompt_tokens: prompt_eval_count }),
    ...(eval_count !== undefined && { output_tokens: eval_count }),
  }
}

/** Nanoseconds to milliseconds. */
export function mapTimings({ prompt_eval_duration, eval_duration }: ChatLine): ServerTimings {
  return {
    ...(prompt_eval_duration !== undefined && { prompt_ms: prompt_eval_duration / 1e6 }),
    ...(eval_duration !== undefined && { generation_ms: eval_duration / 1e6 }),
  }
}

/** Why the generation ended; what is neither a natural end nor the length limit is `other`. */
export function mapDoneReason(reason: string | undefined): 'stop' | 'length' | 'other' {
  return reason === 'stop' || reason === 'length' ? reason : 'other'
}
