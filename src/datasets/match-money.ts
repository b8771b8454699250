/** Amounts of money, and whole numbers in groups of three, in unified text (`unifyText`). */

const code = '(?:usd|eur|gbp|chf|cad|aud|nzd|jpy|cny|inr|sek|nok|dkk|pln|czk|huf|brl|mxn|zar|sgd|hkd|krw|ils)'
const symbol = '(?:us\\$|\\$|€|£|₹)'
const word = '(?:(?:us )?dollars?|euros?)'
const units: Readonly<Record<string, string>> = { us$: 'usd', $: 'usd', '€': 'eur', '£': 'gbp', '₹': 'inr' }
/** Whose sign is $ too. */
const dollars = ['usd', 'cad', 'aud', 'nzd', 'sgd', 'hkd', 'mxn']
/**
 * 1,200.50 · 1.200,50 · 1'200.50 · 1 200,50 · 1200.50 · 12,50 · 1200. Not 1.200 alone, which is two amounts, and no 1.2k.
 */
const amount =
  "\\d{1,3}(?:,\\d{3})+(?:\\.\\d{1,2})?|\\d{1,3}(?:\\.\\d{3})+,\\d{2}|\\d{1,3}(?:'\\d{3})+(?:\\.\\d{1,2})?|\\d{1,3}(?: \\d{3})+[.,]\\d{2}|\\d+[.,]\\d{2}|\\d+(?:\\.\\d)?"
/** "$5 100 times" may be 5 or 5100; "5 100 EUR" is the latter. */
const codeFirst = `(?<lead>(?:${code} ?)?${symbol}|${code}) ?(?<inner>-?)(?<first>${amount})(?! \\d{3}(?!\\p{N}))(?: ?(?<trail>${code})(?!\\p{L}))?`
const codeLast = `(?<last>\\d{1,3}(?: \\d{3})+|${amount}) ?(?<unit>${symbol}(?: ?${code}(?!\\p{L}))?|${code}|${word})`
const source = `(?<sign>-?)(?:${codeFirst}|${codeLast})`

const before = "(?<![\\p{L}\\p{N}_$€£₹-]|\\p{N}[.,'])"
/** Neither more of the number, nor a range, nor what multiplies it. */
const after = "(?![\\p{L}\\p{N}_%]|[.,'/-]\\p{N}| ?(?:k|m|mn|bn|mio|hundred|thousand|million|billion)(?!\\p{L}))"
const anywhere = new RegExp(before + source + after, 'gu')
const whole = new RegExp(`^${source}$`, 'u')

/** The amount that a text is, as "usd 120050" (hundredths); undefined where it is none. */
export function moneyOf(unified: string): string | undefined {
  return read(whole.exec(unified))
}

/** Every amount in a text. */
export function moneyIn(unified: string): ReadonlySet<string> {
  return new Set(Array.from(unified.matchAll(anywhere), read).filter((found) => found !== undefined))
}

function read(match: { readonly groups?: Readonly<Record<string, string | undefined>> } | null): string | undefined {
  if (!match?.groups) return undefined
  const { sign, lead = '', inner, first, trail = '', last, unit: written = '' } = match.groups
  const unit = unitOf(`${lead} ${trail} ${written}`)
  if (unit === undefined) return undefined
  const [, integer = '', , decimals = ''] = /^(.*?)(?:([.,])(\d{1,2}))?$/.exec(first ?? last ?? '') ?? []
  const digits = `${integer.replace(/[., ']/g, '')}${decimals.padEnd(2, '0')}`.replace(/^0+(?=\d)/, '')
  const isNegative = (sign === '-') !== (inner === '-')
  return `${unit} ${isNegative ? '-' : ''}${digits}`
}

/** $12 CAD are Canadian, and €12 USD nobody's. */
function unitOf(written: string): string | undefined {
  const codes = new Set(written.match(new RegExp(code, 'g')))
  const sign = written.replace(new RegExp(code, 'g'), '').trim()
  const [one, other] = codes
  if (other !== undefined) return undefined
  const named = sign === '' ? undefined : (units[sign] ?? (sign.includes('dollar') ? 'usd' : 'eur'))
  if (named === undefined || one === undefined || one === named) return one ?? named
  return sign === '$' && dollars.includes(one) ? one : undefined
}

const grouped = /^-?\d{1,3}(?:,\d{3})+$/
const plain = /^-?\d{4,}$/
const wholeNumbers = /(?<![\p{L}\p{N}_-]|\p{N}[.,])(-?(?:\d{1,3}(?:,\d{3})+|\d{4,}))(?![\p{L}\p{N}_]|[.,-]\p{N})/gu

/** A whole number of four digits or more, without its commas: 1,200 and 1200 are one. Digits stay as they are: 0042 is not 42. */
export function wholeNumberOf(unified: string): string | undefined {
  return grouped.test(unified) || plain.test(unified) ? unified.replaceAll(',', '') : undefined
}

/** Every such number in a text. */
export function wholeNumbersIn(unified: string): ReadonlySet<string> {
  return new Set(Array.from(unified.matchAll(wholeNumbers), ([, number = '']) => number.replaceAll(',', '')))
}
