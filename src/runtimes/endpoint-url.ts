/** An endpoint as messages and evidence may show it and paths can be added to it: no credentials, no slash at its end. */
export function plainEndpoint(endpoint: string): string {
  const url = new URL(endpoint)
  url.username = ''
  url.password = ''
  url.hash = ''
  url.search = ''
  return url.href.replace(/\/+$/, '')
}

/** A server's base, whether or not the endpoint was written with the /v1 of its OpenAI-like part. */
export function withoutV1(endpoint: string): string {
  return plainEndpoint(endpoint).replace(/\/v1$/, '')
}
