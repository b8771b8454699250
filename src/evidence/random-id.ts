import { randomBytes } from 'node:crypto'

/** Ten characters of 0-9 a-z without look-alikes: 50 random bits, short enough to read aloud. */
export function randomId(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
  return Array.from(randomBytes(10), (byte) => alphabet[byte % 32]).join('')
}
