/**
 * The URL in OPENAI_BASE_URL, without credentials, query and the slash at its end: it is written into evidence, and a
 * key comes from OPENAI_API_KEY. Undefined where it is no http or https URL.
 */
export function openaiBaseUrl(value: string): string | undefined {
  const text = value.trim()
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}
