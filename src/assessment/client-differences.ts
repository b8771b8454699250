import { endpointOf } from '../config/endpoint.ts'
import type { BenchConfig } from '../config/schema.ts'
import { shortTag } from '../config/tag.ts'
import type { ClientFacts, ClientPath } from '../evidence/inventory-schema.ts'

/** What a client path names and no lane, or no runtime, of the config has. */
export interface ClientDifference {
  readonly file: string
  readonly line: number
  readonly what: 'tag' | 'endpoint'
  readonly named: string
}

/**
 * Client paths whose tag no lane has, or whose endpoint no runtime has: what was proven here says nothing of them. Ollama's
 * `x` is `x:latest`; a provider before a slash (`ollama/x`, `openai/x`) is the client library's word. Pure.
 */
export function clientDifferences(clients: ClientFacts | undefined, config: BenchConfig): ClientDifference[] {
  const tags = new Set(
    Object.values(config.lanes)
      .flatMap(({ model, response_model }) => [model, ...(response_model === undefined ? [] : [response_model])])
      .map(shortTag),
  )
  const places = new Set(
    Object.values(config.runtimes).flatMap((runtime) => {
      const endpoint = endpointOf(runtime)
      return endpoint === undefined ? [] : [placeOf(endpoint)]
    }),
  )
  return (clients?.paths ?? []).flatMap((path) => [
    ...differing(
      path,
      'tag',
      path.tags ?? [],
      (tag) => tags.has(shortTag(tag)) || tags.has(shortTag(withoutProvider(tag))),
    ),
    ...differing(path, 'endpoint', path.endpoints ?? [], (endpoint) => places.has(placeOf(endpoint))),
  ])
}

function differing(
  { file, line }: ClientPath,
  what: ClientDifference['what'],
  named: readonly string[],
  isKnown: (name: string) => boolean,
): ClientDifference[] {
  return named.filter((name) => !isKnown(name)).map((name) => ({ file, line, what, named: name }))
}

const withoutProvider = (tag: string): string =>
  tag.replace(/^(?:ollama|ollama_chat|openai|lm_studio|hosted_vllm|vllm|litellm_proxy|anthropic)[/:](?=\S)/, '')

/** Host and port, this machine under one name. */
function placeOf(endpoint: string): string {
  if (!URL.canParse(endpoint)) return endpoint
  const { protocol, hostname, port } = new URL(endpoint)
  const host = /^(?:localhost|0\.0\.0\.0|\[::1?\]|host\.docker\.internal)$/.test(hostname) ? '127.0.0.1' : hostname
  return `${host}:${port || (protocol === 'https:' ? '443' : '80')}`
}
