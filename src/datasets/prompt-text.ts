import type { ChatMessage } from '../runtimes/runtime.ts'

/** A filled prompt as one text, as evidence stores and hashes it. */
export function promptText(messages: readonly ChatMessage[]): string {
  return messages.map((message) => `# ${message.role}\n${message.content}`).join('\n')
}
