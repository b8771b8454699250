/** Calendar dates in unified text (`unifyText`). Only what names one day in every reading counts. */

const month =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?'
const day = '(\\d{1,2})(?:st|nd|rd|th)?'
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

type Read = (groups: readonly string[]) => string | undefined

const monthOf = (name = ''): number => months.indexOf(name.slice(0, 3)) + 1

/** How dates are written, and how each is read. */
const forms: readonly { readonly source: string; readonly read: Read }[] = [
  {
    source: '(\\d{4})(?:-(\\d{1,2})-(\\d{1,2})|/(\\d{1,2})/(\\d{1,2})|\\.(\\d{1,2})\\.(\\d{1,2}))',
    read: ([year, ...numbers]) => {
      const [m, d] = numbers.filter((number) => number !== undefined).map(Number)
      return date(Number(year), m, d)
    },
  },
  {
    source: `${day}(?:\\. ?|[ -])(?:of )?${month}(?:, ?|[ -])(\\d{4})`,
    read: ([d, name, year]) => date(Number(year), monthOf(name), Number(d)),
  },
  {
    source: `${month}[ -]${day}(?:, ?|[ -])(\\d{4})`,
    read: ([name, d, year]) => date(Number(year), monthOf(name), Number(d)),
  },
  // With dots the day comes first wherever this is written.
  { source: '(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})', read: ([d, m, year]) => date(Number(year), Number(m), Number(d)) },
  {
    source: '(\\d{1,2})(?:/(\\d{1,2})/|-(\\d{1,2})-)(\\d{4})',
    read: ([a, slash, dash, year]) => dayFirstOrMonthFirst(Number(a), Number(slash ?? dash), Number(year)),
  },
]

const before = '(?<![\\p{L}\\p{N}_]|\\p{N}[.,/-])'
/** A time may follow (T10:15); another digit may not. */
const after = '(?:(?=t\\d{2}:\\d{2})|(?![\\p{L}\\p{N}_]|[.,/-]\\p{N}))'
const anywhere = forms.map(({ source, read }) => ({ regex: new RegExp(before + source + after, 'gu'), read }))
const whole = forms.map(({ source, read }) => ({ regex: new RegExp(`^${source}$`, 'u'), read }))

/** The day that a text is, as 2026-03-05; undefined where it is none, or 03/05/2026, which is two. */
export function dateOf(unified: string): string | undefined {
  for (const { regex, read } of whole) {
    const groups = regex.exec(unified)?.slice(1)
    if (groups) return read(groups)
  }
  return undefined
}

/** Every such day in a text. */
export function datesIn(unified: string): ReadonlySet<string> {
  return new Set(
    anywhere.flatMap(({ regex, read }) =>
      Array.from(unified.matchAll(regex), (match) => read(match.slice(1))).filter((found) => found !== undefined),
    ),
  )
}

/** 25/03/2026 and 03/25/2026 can be read in one way only, 05/05/2026 in two that are one day. */
function dayFirstOrMonthFirst(a: number, b: number, year: number): string | undefined {
  if (a > 12 || a === b) return date(year, b, a)
  return b > 12 ? date(year, a, b) : undefined
}

function date(year: number, m = 0, d = 0): string | undefined {
  const there = new Date(Date.UTC(year, m - 1, d))
  const isReal = there.getUTCFullYear() === year && there.getUTCMonth() === m - 1 && there.getUTCDate() === d
  return isReal ? there.toISOString().slice(0, 10) : undefined
}
