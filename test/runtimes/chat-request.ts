import type { ChatRequest } from '../../src/runtimes/runtime.ts'

export const call = { deadline_ms: 5_000 }

/** A short question, as adapters are asked it in these tests. */
export function chatRequest(tag: string, content: string): ChatRequest {
  return {
    tag,
    messages: [{ role: 'user', content }],
    temperature: 0,
    seed: 1,
    max_output_tokens: 12,
    think: false,
    prefix_cache: false,
  }
}
