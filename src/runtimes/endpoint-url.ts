/** An endpoint as messages and evidence may show it and paths can be added to it: no credentials, no slash at its end. */
export function plainEndpoint(endpoint: string): string {
  const url = new URL(endpoint)
  url.username = ''
  url.password = ''
  url.hash = ''
  url.search = ''
  return url.href.replace(/\/+$/, '')
}
