/**
 * Card, account, telephone and other numbers as people write them: with dots, slashes or brackets between the digits, a
 * telephone number with or without the code of its country. A mask that keeps up to ten of its characters in a row (cards keep the
 * first six or the last four) hides the number; one that keeps more does not.
 */

const mostKept = 10
const leastDigits = 6
const between = String.raw`[\s\p{Pd}_.,:/()+*'\u2019\u00b7\u2022]{0,3}`
/** Its dots part numbers: 10.0.0.12 is not 100.0.12. */
const address = /^\d{1,3}(?:\.\d{1,3}){3}$/
const numberLike = /^[\p{L}\p{N}\s\p{Pd}_.,:/()+']+$/u

/** What finds such a number in a text of plain form; undefined where the secret, in plain form too, is none. */
export function numberPattern(secret: string): RegExp | undefined {
  const text = secret.trim()
  const digits = text.match(/\d/g)?.length ?? 0
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  if (digits < leastDigits || digits <= 2 * letters || address.test(text) || !numberLike.test(text)) return undefined
  const characters = text.match(/[\p{L}\p{N}]/gu) ?? []
  const national = /^\+\d{1,3}[\s\p{Pd}./(](.*)$/u.exec(text)?.[1]?.match(/\d/g) ?? []
  const subscriber = /^\(?0[1-9]/.test(text) && letters === 0 ? characters.slice(1) : []
  const parts = Array.from({ length: Math.max(0, characters.length - mostKept) }, (_, start) =>
    characters.slice(start, start + mostKept + 1).join(between),
  )
  return new RegExp(
    [
      String.raw`(?<!\p{N})${characters.join(between)}(?!\p{N})`,
      ...(national.length > leastDigits ? [String.raw`${national.join(between)}(?!\p{N})`] : []),
      ...(subscriber.length > leastDigits
        ? [String.raw`(?:\+|(?<!\p{N})00)\d{1,3}${between}(?:0${between})?${subscriber.join(between)}(?!\p{N})`]
        : []),
      ...parts,
    ].join('|'),
    'u',
  )
}
