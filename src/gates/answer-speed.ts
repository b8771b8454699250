import type { AnswerTimes, TokenCounts } from '../evidence/timing-schema.ts'

/** What one answer says of speed. Computed from its facts at each reading, never stored. */
export interface AnswerFacts {
  readonly usage: TokenCounts
  readonly timing: AnswerTimes
}

/** Two witnesses of one speed, tokens per second; a witness that said nothing is absent. */
export interface Speeds {
  /** From the durations that the server gave. */
  readonly server?: number
  /** From what the client saw arrive. */
  readonly wire?: number
}

/** So many tokens a chunk may hold, and the first chunk still stands for the first token. */
const tokensPerChunk = 4

/** Milliseconds until anything came, thinking or content; undefined where nothing did. */
export function firstToken_ms({ first_content_ms, first_thinking_ms }: AnswerTimes): number | undefined {
  if (first_content_ms === undefined) return first_thinking_ms
  return first_thinking_ms === undefined ? first_content_ms : Math.min(first_content_ms, first_thinking_ms)
}

/**
 * Time per output token as the client saw it: (end to end - first token) / (tokens - 1), milliseconds. Undefined where
 * it cannot be computed: fewer than two tokens, no count of them, or most of them unseen (thought in secret, or sent in
 * a few large pieces), so that the first piece is not the first token.
 */
export function timePerOutputToken_ms({ usage, timing }: AnswerFacts): number | undefined {
  const first_ms = firstToken_ms(timing)
  const { output_tokens } = usage
  if (first_ms === undefined || output_tokens === undefined || output_tokens < 2) return undefined
  if (timing.chunks < 2 || timing.chunks * tokensPerChunk < output_tokens) return undefined
  const generating_ms = timing.total_ms - first_ms
  return generating_ms > 0 ? generating_ms / (output_tokens - 1) : undefined
}

/**
 * Generated tokens per second after the first one. Both witnesses count n - 1 steps: the first token comes out of the
 * prompt's last evaluation, and servers time the generation from there (llama.cpp's `n_gen_steps`).
 */
export function generatedPerSecond(answer: AnswerFacts): Speeds {
  const step_ms = timePerOutputToken_ms(answer)
  const { output_tokens } = answer.usage
  const { server_generation_ms } = answer.timing
  return {
    // Of a single token servers give no duration, or a made-up one.
    ...(output_tokens !== undefined &&
      output_tokens > 1 &&
      server_generation_ms && { server: (1000 * (output_tokens - 1)) / server_generation_ms }),
    ...(step_ms !== undefined && { wire: 1000 / step_ms }),
  }
}

/**
 * Prompt tokens per second, of those that were evaluated anew. The wire's time to the first token holds the way there
 * and back and any waiting too, so it is no more than a lower bound. Say nothing of an answer whose cached tokens are
 * neither counted nor excluded: leave it out.
 */
export function promptPerSecond({ usage, timing }: AnswerFacts): Speeds {
  const first_ms = firstToken_ms(timing)
  const fresh = usage.prompt_tokens === undefined ? undefined : usage.prompt_tokens - (usage.cached_prompt_tokens ?? 0)
  // A single token has no speed: its time is all overhead.
  if (fresh === undefined || fresh < 2) return {}
  return {
    ...(timing.server_prompt_ms && { server: (1000 * fresh) / timing.server_prompt_ms }),
    ...(first_ms && { wire: (1000 * fresh) / first_ms }),
  }
}
