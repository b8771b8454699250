import type { ChatMessage } from './runtime.ts'

/**
 * Words in all messages, as spaces part them. No common tokenizer joins two words into one token, so a prompt has at
 * least so many tokens. Text that is written without spaces counts as one word: there it says nothing.
 */
export function wordsOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + (content.match(/\S+/g)?.length ?? 0), 0)
}
