import { dateOf, datesIn } from './match-date.ts'
import { type Identifier, identifierOf } from './match-identifier.ts'
import { moneyIn, moneyOf, wholeNumberOf, wholeNumbersIn } from './match-money.ts'

/** Texts that mean the same become the same: compatibility forms, case, white space, dashes and quotes, outer punctuation. */
export function normaliseText(text: string): string {
  const unified = unifyText(text)
  const trimmed = unified.replace(/^["'([{<.,;:!?\s]+/, '').replace(/["')\]}>.,;:!?…\s]+$/, '')
  return trimmed === '' ? unified : trimmed
}

/**
 * Whether a field of an answer holds one of the alternatives: at token boundaries in texts ("ord-12" is not in
 * "ord-123"), by value for numbers and booleans, in any element of a list. An alternative that is a date, an amount of
 * money, an identifier or a whole number is also found in its other spellings, never in those of another value.
 */
export function holdsFact(answer: unknown, alternatives: readonly string[]): boolean {
  return holds(answer, alternatives.map(readAlternative))
}

const alternativesRead = new Map<string, Alternative>()

/** A dataset's alternatives are read once, not once an answer. */
function readAlternative(text: string): Alternative {
  const known = alternativesRead.get(text)
  if (known) return known
  const normalised = normaliseText(text)
  // Outer punctuation is part of an amount: its sign.
  const unified = unifyText(text)
  const read: Alternative = {
    text,
    normalised,
    date: dateOf(normalised),
    money: moneyOf(unified) ?? moneyOf(normalised),
    identifier: identifierOf(normalised),
    wholeNumber: wholeNumberOf(unified),
  }
  if (alternativesRead.size > 100_000) alternativesRead.clear()
  alternativesRead.set(text, read)
  return read
}

/** Whether a field with a closed vocabulary (or any element of its list) is one of the alternatives, case apart. */
export function equalsFact(answer: unknown, alternatives: readonly string[]): boolean {
  if (Array.isArray(answer))
    return answer.some((element) => !Array.isArray(element) && equalsFact(element, alternatives))
  if (typeof answer === 'object' && answer !== null) return false
  const text = unifyText(typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? ''))
  return text !== '' && alternatives.some((alternative) => unifyText(alternative) === text)
}

interface Alternative {
  readonly text: string
  readonly normalised: string
  readonly date: string | undefined
  readonly money: string | undefined
  readonly identifier: Identifier | undefined
  readonly wholeNumber: string | undefined
}

function holds(answer: unknown, alternatives: readonly Alternative[]): boolean {
  if (typeof answer === 'string') {
    const [text, unified] = [normaliseText(answer), unifyText(answer)]
    return alternatives.some((alternative) => textHolds(text, unified, alternative))
  }
  if (typeof answer === 'number') {
    return alternatives.some(({ text, wholeNumber }) => text.trim() !== '' && Number(wholeNumber ?? text) === answer)
  }
  if (typeof answer === 'boolean') return alternatives.some(({ normalised }) => normalised === String(answer))
  // Elements of a list only: lists in lists are no field of a flat answer, and nesting without end must not hurt.
  return Array.isArray(answer) && answer.some((element) => !Array.isArray(element) && holds(element, alternatives))
}

/** Amounts and identifiers are compared as such alone: "$5" stands in "$5 million", and is not what it says. */
function textHolds(text: string, unified: string, alternative: Alternative): boolean {
  const { normalised, date, money, identifier, wholeNumber } = alternative
  if (normalised === '') return false
  if (money !== undefined) return moneyIn(unified).has(money)
  if (date !== undefined && datesIn(unified).has(date)) return true
  if (wholeNumber !== undefined && wholeNumbersIn(unified).has(wholeNumber)) return true
  if (identifier) return identifier.alone.test(text) || identifier.within.test(unified)
  return containsTokens(text, normalised)
}

function containsTokens(text: string, part: string): boolean {
  for (let start = text.indexOf(part); start >= 0; start = text.indexOf(part, start + 1)) {
    const end = start + part.length
    if (isBoundary(text, start) && isBoundary(text, end) && isWholeOf(text, start, end)) return true
  }
  return false
}

/** "12" is not what "12:30", "1/12" or "12'000" says, nor is "c" in "c++" or "c#". */
function isWholeOf(text: string, start: number, end: number): boolean {
  const [previous, next] = [text.slice(Math.max(0, start - 2), start), text.slice(end, end + 2)]
  if (/^\d+$/.test(text.slice(start, end))) return !(/^[:/']\d/.test(next) || /\d[:/']$/.test(previous))
  return !(/\p{L}$/u.test(text.slice(start, end)) && /^(?:#|\+\+)/.test(next))
}

/** Between two characters of one word or number there is no boundary; scripts without spaces have one everywhere. */
function isBoundary(text: string, offset: number): boolean {
  if (offset === 0 || offset === text.length) return true
  const before = /.$/su.exec(text.slice(Math.max(0, offset - 2), offset))?.[0] ?? ''
  const after = /^./su.exec(text.slice(offset, offset + 2))?.[0] ?? ''
  if (/^\p{M}$/u.test(after)) return false
  if (wordCharacter.test(before) && wordCharacter.test(after)) return spaceless.test(before) || spaceless.test(after)
  // "12" is not in "-12" (a dash between words, as in "ord-12", is no sign), nor in "12.5" or "12-15", nor "200" in "1,200".
  if (/(?:^|\s)-$/.test(text.slice(Math.max(0, offset - 2), offset)) && /\d/.test(after)) return false
  if (/\d/.test(before) && /^[.,-]\d/.test(text.slice(offset, offset + 2))) return false
  return !(/\d[.,-]$/.test(text.slice(Math.max(0, offset - 2), offset)) && /\d/.test(after))
}

const wordCharacter = /^[\p{L}\p{N}\p{M}_]$/u
const spaceless =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]$/u

/** The same without the outer punctuation left off. */
export function unifyText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/[\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d]/g, '-')
    .replace(/[\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4]/g, "'")
    .replace(/[\u201c-\u201f\u2033\u00ab\u00bb]/g, '"')
    .replace(/\s+/g, ' ')
    .trim()
}
