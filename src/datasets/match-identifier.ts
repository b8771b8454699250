/**
 * Identifiers of letters and digits, such as INC-0042. Case and the dash may differ (inc0042, INC_0042), since that changes
 * no value; digits never do, nor is one found within a longer one (INC-0042-7, INC-0042/7). A space in the dash's place counts only
 * where the identifier is all there is, or has the space itself: "in 42 days" holds no IN-42.
 */

const identifier = /^(?=.*[a-z])(?=.*\d)[a-z0-9]+(?:[-_ ][a-z0-9]+)*$/

/** How an identifier may be written in a unified text; undefined where the text is none. */
export function identifierOf(unified: string): Identifier | undefined {
  if (unified.length > 80 || !identifier.test(unified)) return undefined
  const pieces = unified.match(/[a-z]+|\d+|[-_ ]/g) ?? []
  return {
    within: new RegExp(
      `(?<![\\p{L}\\p{N}_]|[\\p{L}\\p{N}]-|\\p{N}[.,])${pattern(pieces, false)}(?![\\p{L}\\p{N}_]|[.,/-]\\p{N}|-\\p{L}{1,2}(?!\\p{L}))`,
      'u',
    ),
    alone: new RegExp(`^${pattern(pieces, true)}$`, 'u'),
  }
}

export interface Identifier {
  /** Among other words. */
  readonly within: RegExp
  /** As the whole text. */
  readonly alone: RegExp
}

function pattern(pieces: readonly string[], alone: boolean): string {
  let source = ''
  let last: string | undefined
  let gap = ''
  for (const piece of pieces) {
    if (/[-_ ]/.test(piece)) {
      gap = piece
      continue
    }
    if (last !== undefined) {
      const spaces = alone ? ' ?' : gap === ' ' ? ' ' : ''
      const separator = alone ? `${spaces}[-_]?${spaces}` : `[-_${spaces}]`
      // Between letters and digits nothing need stand; two numbers, or two words, must stay two.
      const isSameKind = /\d/.test(last) === /\d/.test(piece)
      source += isSameKind ? (alone ? '(?: ?[-_] ?| )' : separator) : alone ? separator : `${separator}?`
    }
    source += piece
    last = piece
    gap = ''
  }
  return source
}
