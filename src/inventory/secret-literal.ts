import { looksLikeSecret } from '../config/secrets.ts'

/** A name that says "secret", and a literal of letters and digits as no word or placeholder is. */
const assigned =
  /(?:api_?key|apikey|secret|token|passw(?:or)?d|authorization)["'\]]{0,2}\s{0,5}[=:]\s{0,5}["'`]?(?:Bearer\s)?(?=[A-Za-z_.+/=-]{0,80}\d)(?=[\d_.+/=-]{0,80}[A-Za-z])[A-Za-z0-9_.+/=-]{20,200}(?![\w.(])/i
/** Where code puts a key together, or shows where it would stand, there is none. */
const placeholder =
  /Bearer\s{1,5}(?:[^\w\s]|\w{1,20}[)}>\]]|(?:your|my|the|token|key|api|xxx)\w{0,40})|-----BEGIN (?!(?:[A-Z]{1,20} ){0,3}PRIVATE KEY)/gi
/** A reference to a variable, a property or a call, as `token = settings.openai.token2` is. */
const reference = /^[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60})+$/

/** Whether a line of code or configuration holds a literal that looks like a key. A line with placeholders only does not. Pure. */
export function holdsSecret(line: string): boolean {
  const rest = line.replace(placeholder, ' ')
  if (looksLikeSecret(rest)) return true
  const found = assigned.exec(rest)?.[0]
  if (found === undefined) return false
  const value = found
    .slice(Math.max(found.indexOf('='), found.indexOf(':')) + 1)
    .trim()
    .replace(/^["'`]|["'`]$/g, '')
  return !reference.test(value)
}
