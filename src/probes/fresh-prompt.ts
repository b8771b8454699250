import { randomInt } from 'node:crypto'
import type { LaneConfig } from '../config/schema.ts'
import { loadRequest } from '../lanes/load-request.ts'
import type { ChatMessage, ChatRequest } from '../runtimes/runtime.ts'
import { filler } from './context-prompt.ts'

/**
 * A prompt that no cache has the beginning of: a number drawn for it alone stands before everything else, so only what
 * the template writes ahead of the first message can be reused. It asks for a text longer than any limit of a probe.
 * @param cycles of filler, some 65 tokens each
 */
function freshPrompt(cycles: number): readonly ChatMessage[] {
  return [
    {
      role: 'user',
      content: [
        `${randomInt(100_000_000, 1_000_000_000)} is the number of this story.`,
        filler(cycles),
        'Now tell the whole story of this village in a thousand words or more, day by day, from Monday to Sunday.',
      ].join('\n'),
    },
  ]
}

/** A request of a lane for a fresh prompt, and so many tokens of an answer at the most. */
export function freshRequest(lane: LaneConfig, cycles: number, output_tokens: number): ChatRequest {
  return {
    ...loadRequest(lane),
    messages: freshPrompt(cycles),
    temperature: 0,
    seed: lane.seed,
    max_output_tokens: output_tokens,
    think: false,
    prefix_cache: false,
  }
}
