import { redact } from '../evidence/redact.ts'

const longest = 120
/** The password of a URL whose rest a rule's field has left out; after a host stands a port. */
const cutCredentials = /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@[\]]+:)(?!\d{1,5}(?:\/|$)|\[password\])[^\s/@]+/gi

/**
 * What may be shown of a matched field: secrets and personal data masked, folders left out of paths, control characters
 * escaped, cut. A line's other text is never shown.
 */
export function fieldValue(raw: string): string {
  const bare = raw.replace(/(?:[A-Za-z]:)?(?:[/\\][^\s/\\"'<>|:]+)+[/\\](?=[^\s/\\"'<>|:])/g, '')
  const masked = redact(bare, ['secret', 'personal']).text.replace(cutCredentials, '[password]')
  const visible = masked.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const short = visible.length > longest ? `${visible.slice(0, longest - 1)}…` : visible
  // A copy: a piece of a string keeps the whole line in memory.
  return Buffer.from(short).toString()
}
