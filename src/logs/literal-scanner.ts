/** A text that is looked for, as bytes. */
export interface Literal {
  readonly bytes: Buffer
  readonly ignore_case: boolean
}

/** Finds literals in bytes; what it calls with is in the order of the places. */
export type LiteralScanner = (
  bytes: Uint8Array,
  start: number,
  end: number,
  /** `literal` is an index of the list; `at` is a place inside the occurrence. */
  onHit: (literal: number, at: number) => void,
) => void

const blockLength = 3
const tableSize = 1 << 15

/**
 * Many literals in one pass over the bytes: Wu and Manber, "A Fast Algorithm for Multi-Pattern Searching" (1994). A table
 * over the last three bytes of a window says how far the window may move, so most bytes are never looked at and nothing is
 * decoded. The window is as long as the shortest literal; literals must have three bytes or more.
 */
export function literalScanner(literals: readonly Literal[]): LiteralScanner {
  const windowLength = Math.min(...literals.map(({ bytes }) => bytes.length))
  const furthest = Math.min(255, windowLength - blockLength + 1)
  const shifts = new Uint8Array(tableSize).fill(furthest)
  const ending = new Map<number, number[]>()
  const windows = literals.map(({ bytes }) => rarestWindow(bytes, windowLength))
  for (const [index, { bytes, ignore_case }] of literals.entries()) {
    const window = windows[index] as number
    for (let offset = 0; offset + blockLength <= windowLength; offset += 1) {
      const distance = windowLength - blockLength - offset
      for (const block of spellings(bytes, window + offset, ignore_case)) {
        if (distance < (shifts[block] as number)) shifts[block] = distance
        if (distance === 0) ending.set(block, [...new Set([...(ending.get(block) ?? []), index])])
      }
    }
  }
  const candidates = Array.from({ length: tableSize }, (_, block) => ending.get(block))
  const folded = literals.map(({ bytes, ignore_case }) => (ignore_case ? lowered(bytes) : bytes))

  return (bytes, start, end, onHit) => {
    let last = start + windowLength - 1
    while (last < end) {
      const block =
        (((bytes[last - 2] as number) << 10) ^ ((bytes[last - 1] as number) << 5) ^ (bytes[last] as number)) & 0x7fff
      const shift = shifts[block] as number
      if (shift > 0) {
        last += shift
        continue
      }
      for (const index of candidates[block] as number[]) {
        const from = last - windowLength + 1 - (windows[index] as number)
        const wanted = folded[index] as Uint8Array
        const same = (literals[index] as Literal).ignore_case ? isSameFolded : isSame
        if (from >= start && from + wanted.length <= end && same(bytes, from, wanted)) onHit(index, last)
      }
      last += 1
    }
  }
}

/** Where the window begins whose last block stands in the fewest logs: digits and signs are rarer than letters. */
function rarestWindow(bytes: Buffer, length: number): number {
  let best = 0
  let bestScore = -1
  for (let start = 0; start + length <= bytes.length; start += 1) {
    const block = bytes.toString('latin1', start + length - blockLength, start + length)
    const score = [...block].reduce((sum, character) => sum + (common.includes(character) ? 0 : 1), 0)
    if (score > bestScore) {
      best = start
      bestScore = score
    }
  }
  return best
}
/** The most frequent letters of English, and what stands between words in logs. */
const common = ' etaoinsrlcd=."0123456789'

function blockOf(first: number, second: number, third: number): number {
  return ((first << 10) ^ (second << 5) ^ third) & 0x7fff
}

function spellings(bytes: Buffer, at: number, ignoreCase: boolean): number[] {
  const choices = [0, 1, 2].map((offset) => {
    const byte = bytes[at + offset] as number
    return ignoreCase && isLetter(byte) ? [byte | 0x20, byte & ~0x20] : [byte]
  }) as [number[], number[], number[]]
  return choices[0].flatMap((first) =>
    choices[1].flatMap((second) => choices[2].map((third) => blockOf(first, second, third))),
  )
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
}

function lowered(bytes: Buffer): Uint8Array {
  return bytes.map((byte) => (isLetter(byte) ? byte | 0x20 : byte))
}

function isSame(bytes: Uint8Array, from: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index += 1) if (bytes[from + index] !== wanted[index]) return false
  return true
}

function isSameFolded(bytes: Uint8Array, from: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index += 1) {
    const byte = bytes[from + index] as number
    if ((isLetter(byte) ? byte | 0x20 : byte) !== wanted[index]) return false
  }
  return true
}
