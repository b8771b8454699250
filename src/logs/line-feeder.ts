import { countNewlines } from './count-newlines.ts'
import type { LiteralScanner } from './literal-scanner.ts'
import { type LineTime, timeOf } from './log-time.ts'

/** A line that holds a literal of a rule. */
export interface CandidateLine {
  readonly text: string
  /** 1-based. */
  readonly number: number
  /** Its own time, else that of the nearest line before it that has one. */
  readonly at: LineTime
  /** Literals in it, by their index. */
  readonly literals: ReadonlySet<number>
}

/** What one source held. */
export interface FedSource {
  readonly bytes: number
  readonly lines: number
  readonly first_at: LineTime
  readonly last_at: LineTime
  /** Lines of which only a part was looked at at once. */
  readonly cut_lines: number
}

const bufferBytes = 1 << 20
/** Of a line, around the literal, that patterns see. */
const shownBefore = 2048
const shownAfter = 6144
/** How far back a line without a time looks for one. */
const lookedBackLines = 200
const lookedBackBytes = 32_768

/**
 * Takes a log in pieces and hands on the lines that hold a literal. It needs one buffer of a megabyte whatever the log
 * holds: a line longer than that is looked at in parts, and of a candidate line a few thousand characters are shown.
 */
export class LineFeeder {
  readonly #scan: LiteralScanner
  readonly #onLine: (line: CandidateLine) => void
  readonly #notAfter: number
  readonly #bytes: Buffer
  readonly #words: Int32Array
  #held = 0
  #fed = 0
  #lines = 0
  #cutLines = 0
  #isInsideLongLine = false
  #firstAt: LineTime
  #timeBefore: LineTime

  /** `notAfter`: when the source was last changed, for times without a year. */
  constructor(scan: LiteralScanner, notAfter: number, onLine: (line: CandidateLine) => void) {
    this.#scan = scan
    this.#onLine = onLine
    this.#notAfter = notAfter
    const memory = new ArrayBuffer(bufferBytes)
    this.#bytes = Buffer.from(memory)
    this.#words = new Int32Array(memory)
  }

  /** Room for the next bytes; tell `filled` how many came. Never empty. */
  room(): Buffer {
    return this.#bytes.subarray(this.#held)
  }

  filled(count: number): void {
    this.#held += count
    this.#fed += count
    const end = this.#bytes.lastIndexOf(10, this.#held - 1) + 1
    if (end > 0 && end <= this.#held) this.#consume(end, false)
    else if (this.#held === bufferBytes) this.#consume(this.#held, true)
  }

  write(piece: Uint8Array): void {
    for (let from = 0; from < piece.length; ) {
      const room = this.room()
      const part = piece.subarray(from, from + room.length)
      room.set(part)
      this.filled(part.length)
      from += part.length
    }
  }

  end(): FedSource {
    if (this.#held > 0) {
      this.#consume(this.#held, false)
      this.#lines += 1
    }
    return {
      bytes: this.#fed,
      lines: this.#lines,
      first_at: this.#firstAt,
      last_at: this.#timeBefore,
      cut_lines: this.#cutLines,
    }
  }

  /** Looks at the first `end` bytes: whole lines, or a part of one that is longer than the buffer. */
  #consume(end: number, isPart: boolean): void {
    if (this.#firstAt === undefined) this.#firstAt = this.#firstTime(end)
    let counted = 0
    let lineEnd = -1
    let hitAt = 0
    let literals = new Set<number>()
    const flush = (): void => {
      if (lineEnd < 0) return
      const start = hitAt === 0 ? 0 : this.#bytes.lastIndexOf(10, hitAt - 1) + 1
      this.#lines += countNewlines(this.#bytes, this.#words, counted, start)
      counted = start
      this.#emit(start, hitAt, lineEnd, literals)
      literals = new Set()
    }
    this.#scan(this.#bytes, 0, end, (literal, at) => {
      if (at >= lineEnd) {
        flush()
        const newline = this.#bytes.indexOf(10, at)
        lineEnd = newline < 0 || newline >= end ? end : newline
        hitAt = at
      }
      literals.add(literal)
    })
    flush()
    this.#lines += countNewlines(this.#bytes, this.#words, counted, end)
    this.#timeBefore = this.#timeBack(end) ?? this.#timeBefore
    if (isPart && !this.#isInsideLongLine) this.#cutLines += 1
    this.#isInsideLongLine = isPart
    this.#bytes.copyWithin(0, end, this.#held)
    this.#held -= end
  }

  #emit(start: number, hitAt: number, end: number, literals: ReadonlySet<number>): void {
    const from = Math.max(start, hitAt - shownBefore)
    const to = Math.min(end, hitAt + shownAfter)
    const text = this.#bytes.toString('utf8', from, to)
    const own = timeOf(from === start ? text : this.#bytes.toString('latin1', start, start + 256), this.#notAfter)
    const at = own ?? this.#timeBack(start) ?? this.#timeBefore
    this.#onLine({ text, number: this.#lines + 1, at, literals })
  }

  #firstTime(end: number): LineTime {
    for (let start = 0, looked = 0; start < end && looked < lookedBackLines; looked += 1) {
      const newline = this.#bytes.indexOf(10, start)
      const stop = newline < 0 || newline > end ? end : newline
      const at = timeOf(this.#bytes.toString('latin1', start, Math.min(stop, start + 256)), this.#notAfter)
      if (at !== undefined) return at
      start = stop + 1
    }
    return undefined
  }

  /** The time of the nearest line before a place of the buffer. */
  #timeBack(before: number): LineTime {
    const least = Math.max(0, before - lookedBackBytes)
    for (let end = before, looked = 0; end > least && looked < lookedBackLines; looked += 1) {
      const start = end < 2 ? 0 : this.#bytes.lastIndexOf(10, end - 2) + 1
      const at = timeOf(this.#bytes.toString('latin1', start, Math.min(end, start + 256)), this.#notAfter)
      if (at !== undefined) return at
      end = start
    }
    return undefined
  }
}
