import type { ChatMessage } from '../runtimes/runtime.ts'
import { inputPlaceholder } from './read-prompt.ts'

/** The prompt's turns with a record's input in the last one, taken literally. */
export function fillPrompt(prompt: readonly ChatMessage[], input: string): ChatMessage[] {
  return prompt.map((message, index) =>
    index === prompt.length - 1
      ? { ...message, content: message.content.split(inputPlaceholder).join(input) }
      : { ...message },
  )
}
