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
