/** Headers that every answer of LiteLLM bears, whatever its body says. */
const prefix = 'x-litellm-'
/** What they tell of who answered. Others are counted on too, but hold prices and limits of keys. */
const telling = ['model-id', 'model-group', 'model-api-base', 'attempted-fallbacks', 'attempted-retries', 'version']

/**
 * What a gateway says of itself in the headers of an answer; undefined where none shows. Addresses lose their
 * credentials and queries. Pure.
 */
export function gatewayHeaders(headers: Headers): Record<string, string> | undefined {
  const names = [...headers.keys()].filter((name) => name.startsWith(prefix))
  if (names.length === 0) return undefined
  const told = names.filter((name) => telling.includes(name.slice(prefix.length)))
  const shown = told.length > 0 ? told : names.slice(0, 1)
  return Object.fromEntries(shown.map((name) => [name, plain(headers.get(name) ?? '')]))
}

function plain(value: string): string {
  if (!URL.canParse(value)) return value
  const { protocol, host, pathname } = new URL(value)
  return host === '' ? value : `${protocol}//${host}${pathname}`
}
