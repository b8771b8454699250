const newlines = 0x0a0a0a0a

/**
 * Newlines in bytes[start, end), four bytes at a time: a byte that is equal becomes zero under XOR, and one carry-free
 * addition finds the zero bytes of a word (Warren, Hacker's Delight, 6-1). `words` is a view of the same memory.
 */
export function countNewlines(bytes: Uint8Array, words: Int32Array, start: number, end: number): number {
  const firstWord = Math.min((start + 3) >> 2, end >> 2)
  const lastWord = end >> 2
  let count = 0
  const head = Math.min(firstWord << 2, end)
  for (let at = start; at < head; at += 1) if (bytes[at] === 10) count += 1
  for (let word = firstWord; word < lastWord; word += 1) {
    const difference = (words[word] as number) ^ newlines
    const zero = ~(((difference & 0x7f7f7f7f) + 0x7f7f7f7f) | 0 | difference | 0x7f7f7f7f)
    if (zero !== 0) count += Math.imul(zero >>> 7, 0x01010101) >>> 24
  }
  for (let at = Math.max(start, lastWord << 2); at < end; at += 1) if (bytes[at] === 10) count += 1
  return count
}
