/**
 * What stands in the one fenced block of an answer (``` or ~~~, with or without the word json, prose around it or not),
 * or undefined where there is none, more than one, or one that is never closed: which of them was meant would be a
 * guess, and so would be where JSON begins in prose.
 */
export function fencedBlock(answer: string): string | undefined {
  const [, inside, after, ...more] = answer.split(/`{3,}|~{3,}/)
  if (inside === undefined || after === undefined || more.length > 0) return undefined
  return inside.replace(/^[ \t]*(?:json[c5]?|javascript|js)?(?=[\s{["])/i, '').trim()
}
