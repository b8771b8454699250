/** Texts that mean the same become the same: compatibility forms, case, white space, dashes and quotes, outer punctuation. */
export function normaliseText(text: string): string {
  const unified = unifyText(text)
  const trimmed = unified.replace(/^["'([{<.,;:!?\s]+/, '').replace(/["')\]}>.,;:!?…\s]+$/, '')
  return trimmed === '' ? unified : trimmed
}

/**
 * Whether a field of an answer holds one of the alternatives: at token boundaries in texts ("ord-12" is not in
 * "ord-123"), by value for numbers and booleans, in any element of a list.
 */
export function holdsFact(answer: unknown, alternatives: readonly string[]): boolean {
  return holds(
    answer,
    alternatives.map((text) => ({ text, normalised: normaliseText(text) })),
  )
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
}

function holds(answer: unknown, alternatives: readonly Alternative[]): boolean {
  if (typeof answer === 'string') {
    const text = normaliseText(answer)
    return alternatives.some(({ normalised }) => normalised !== '' && containsTokens(text, normalised))
  }
  if (typeof answer === 'number') return alternatives.some(({ text }) => text.trim() !== '' && Number(text) === answer)
  if (typeof answer === 'boolean') return alternatives.some(({ normalised }) => normalised === String(answer))
  // Elements of a list only: lists in lists are no field of a flat answer, and nesting without end must not hurt.
  return Array.isArray(answer) && answer.some((element) => !Array.isArray(element) && holds(element, alternatives))
}

function containsTokens(text: string, part: string): boolean {
  for (let start = text.indexOf(part); start >= 0; start = text.indexOf(part, start + 1)) {
    const end = start + part.length
    if (isBoundary(text, start) && isBoundary(text, end)) return true
  }
  return false
}

/** Between two characters of one word or number there is no boundary; scripts without spaces have one everywhere. */
function isBoundary(text: string, offset: number): boolean {
  if (offset === 0 || offset === text.length) return true
  const before = /.$/su.exec(text.slice(Math.max(0, offset - 2), offset))?.[0] ?? ''
  const after = /^./su.exec(text.slice(offset, offset + 2))?.[0] ?? ''
  if (/^\p{M}$/u.test(after)) return false
  if (wordCharacter.test(before) && wordCharacter.test(after)) return spaceless.test(before) || spaceless.test(after)
  // "12" is not in "-12" (a dash between words, as in "ord-12", is no sign), nor in "12.5", nor "200" in "1,200".
  if (/(?:^|\s)-$/.test(text.slice(Math.max(0, offset - 2), offset)) && /\d/.test(after)) return false
  if (/\d/.test(before) && /^[.,]\d/.test(text.slice(offset, offset + 2))) return false
  return !(/\d[.,]$/.test(text.slice(Math.max(0, offset - 2), offset)) && /\d/.test(after))
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
