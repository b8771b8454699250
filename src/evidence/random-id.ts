import { randomFillSync } from 'node:crypto'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 10

/** Drawn in one go for many ids: a draw takes longer than the rest of an id. */
const drawn = new Uint8Array(64 * length)
let used = drawn.length

/** Ten characters of 0-9 a-z without look-alikes: 50 random bits, short enough to read aloud. */
export function randomId(): string {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  let id = ''
  for (const end = used + length; used < end; used += 1) id += alphabet[(drawn[used] as number) % alphabet.length]
  return id
}
