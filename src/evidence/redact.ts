type Sensitivity = 'secret' | 'personal'

/** What is masked before text is written. Patterns err towards masking too much. */
const patterns: readonly { name: string; sensitivity: Sensitivity; pattern: RegExp }[] = [
  {
    name: 'private-key',
    sensitivity: 'secret',
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  },
  { name: 'token', sensitivity: 'secret', pattern: /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/g },
  {
    name: 'token',
    sensitivity: 'secret',
    pattern: /\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|xox[abprs]|glpat|hf)[-_][\w-]{16,}/g,
  },
  { name: 'token', sensitivity: 'secret', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: 'token', sensitivity: 'secret', pattern: /(?<=\bbearer\s+)[\w.~+/=-]{12,}/gi },
  {
    name: 'password',
    sensitivity: 'secret',
    pattern: /(?<=\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token)["']?\s*[:=]\s*["']?)[^\s"',;]{4,}/gi,
  },
  { name: 'password', sensitivity: 'secret', pattern: /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:)[^\s/@]+(?=@)/gi },
  { name: 'e-mail', sensitivity: 'personal', pattern: /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g },
  { name: 'phone', sensitivity: 'personal', pattern: /(?<![\w.])\+\d[\d ()-]{7,}\d\b/g },
  { name: 'card', sensitivity: 'personal', pattern: /\b(?:\d[ -]?){13,19}\b/g },
  { name: 'iban', sensitivity: 'personal', pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g },
]

/** Replaces what matches by `[name]` and counts the replacements. */
export function redact(text: string, sensitivities: readonly Sensitivity[]): { text: string; count: number } {
  let count = 0
  let masked = text
  for (const { name, sensitivity, pattern } of patterns) {
    if (!sensitivities.includes(sensitivity)) continue
    masked = masked.replace(pattern, () => {
      count += 1
      return `[${name}]`
    })
  }
  return { text: masked, count }
}
