import { randomInt } from 'node:crypto'
import type { ChatMessage } from '../runtimes/runtime.ts'
import { filler } from './context-prompt.ts'

/**
 * A prompt that no cache has the beginning of: a number drawn for it alone stands before everything else, so only what
 * the template writes ahead of the first message can be reused. It asks for a text longer than any limit of a probe.
 * @param cycles of filler, some 65 tokens each
 */
export function freshPrompt(cycles: number): readonly ChatMessage[] {
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
