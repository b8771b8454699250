import { createHash } from 'node:crypto'
import { redact } from './redact.ts'
import type { StoredText } from './schema.ts'

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * What may be written of a text: `public` all but secrets, `internal` without personal data too,
 * `private` hash and length alone. Redaction happens before anything reaches the disk.
 */
export function storeText(text: string, privacy: 'public' | 'internal' | 'private'): StoredText {
  const measured = { sha256: sha256(text), characters: text.length }
  if (privacy === 'private') return measured
  const masked = redact(text, privacy === 'internal' ? ['secret', 'personal'] : ['secret'])
  return { ...measured, text: masked.text, ...(masked.count > 0 && { redactions: masked.count }) }
}

/** A quotation of at least so many characters is taken for one. */
const shortestQuote = 12

/**
 * A failure's message as it may be written: servers quote prompts in their errors. Secrets are masked always, personal
 * data unless the workload is public, and of a private workload whatever stands in the prompt.
 */
export function storeMessage(message: string, prompt: string, privacy: 'public' | 'internal' | 'private'): string {
  const { text } = redact(message, privacy === 'public' ? ['secret'] : ['secret', 'personal'])
  // A server's own words come after a colon: they may hold the prompt in any form.
  return privacy === 'private' ? withoutQuotes(text.split(': ', 1)[0] ?? '', prompt) : text
}

function withoutQuotes(message: string, prompt: string): string {
  let kept = ''
  for (let start = 0; start < message.length; ) {
    let length = 0
    while (start + length < message.length && prompt.includes(message.slice(start, start + length + 1))) length += 1
    kept += length >= shortestQuote ? '[private]' : message.slice(start, start + Math.max(1, length))
    start += Math.max(1, length)
  }
  return kept
}
