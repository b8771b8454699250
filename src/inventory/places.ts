import { usualEndpoints } from '../config/endpoint.ts'
import { ollamaUrl } from '../config/ollama-host.ts'
import { openaiBaseUrl } from '../config/openai-base-url.ts'
import type { DiscoveredRuntime } from '../config/with-discovered.ts'
import { withoutV1 } from '../runtimes/endpoint-url.ts'

type Environment = Readonly<Record<string, string | undefined>>
export type ServerKind = DiscoveredRuntime['kind']

/** An endpoint, and what may answer there. */
export interface Place {
  readonly endpoint: string
  readonly kinds: readonly ServerKind[]
  /** The variable that names it; absent for a usual endpoint. */
  readonly variable?: string
}

/** Told apart by their own API; the plain one last, since all of them speak it. */
const anyKind = ['llama-server', 'vllm', 'lm-studio', 'ollama', 'openai-compatible'] as const

/** The usual endpoints of this machine, and those that the environment names. Pure. */
export function placesToLook({ OLLAMA_HOST = '', OPENAI_BASE_URL = '' }: Environment): Place[] {
  const ollama = ollamaUrl(OLLAMA_HOST)
  const base = openaiBaseUrl(OPENAI_BASE_URL)
  return [
    ollama === undefined
      ? { endpoint: usualEndpoints.ollama, kinds: ['ollama'] }
      : { endpoint: ollama, kinds: ['ollama'], variable: 'OLLAMA_HOST' },
    { endpoint: usualEndpoints['llama-server'], kinds: ['llama-server'] },
    { endpoint: usualEndpoints['lm-studio'], kinds: ['lm-studio'] },
    { endpoint: usualEndpoints.vllm, kinds: ['vllm'] },
    ...(base === undefined ? [] : [{ endpoint: base, kinds: anyKind, variable: 'OPENAI_BASE_URL' }]),
  ]
}

/** OPENAI_BASE_URL may name the port where a server usually listens: then both its kinds may be there. */
export function firstOfEachPlace(places: readonly Place[]): Place[] {
  const byPlace = Map.groupBy(places, ({ endpoint }) => placeKey(endpoint))
  return [...byPlace.values()].map((same) => ({
    ...(same.at(-1) as Place),
    kinds: [...new Set(same.flatMap(({ kinds }) => kinds))],
  }))
}

/** The same for all ways to write one server of this machine, with or without the /v1 of its OpenAI-like part. */
export function placeKey(endpoint: string | undefined): string {
  if (endpoint === undefined) return ''
  return withoutV1(endpoint).replace(/\/\/(?:localhost|0\.0\.0\.0|\[::1?\])(?=[:/]|$)/, '//127.0.0.1')
}
